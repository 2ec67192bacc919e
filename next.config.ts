import type { NextConfig } from 'next'

const dev = process.env.NODE_ENV !== 'production'

// Next writes inline scripts without a nonce unless every page goes through a proxy; everything else is shut.
const csp = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline'${dev ? " 'unsafe-eval'" : ''}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  `connect-src 'self'${dev ? ' ws:' : ''}`,
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const config: NextConfig = {
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  poweredByHeader: false,
  // On the loopback packing costs more than it saves; a proxy in front packs by itself.
  compress: !['127.0.0.1', 'localhost', '::1'].includes(process.env.HOST ?? '127.0.0.1'),
  reactStrictMode: true,
  devIndicators: false,
  // `npm test` checks types, once and for the whole tree; a start need not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    'ssh2',
    'node-ssh',
    'better-sqlite3',
    '@prisma/client',
    '@prisma/adapter-better-sqlite3',
    // It brings native files and workers that no bundler can pack.
    'just-bash',
  ],
  async headers() {
    return [
      {
        source: '/:path*',
        headers: [
          { key: 'Content-Security-Policy', value: csp },
          { key: 'X-Frame-Options', value: 'DENY' },
          { key: 'X-Content-Type-Options', value: 'nosniff' },
          { key: 'Referrer-Policy', value: 'same-origin' },
          { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
        ],
      },
    ]
  },
}

export default config
