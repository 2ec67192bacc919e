import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { TopBar } from '@/app/components/shell/top-bar'
import { asTheme, THEME_COOKIE } from '@/app/lib/theme'
import { ApiProvider } from '@/app/lib/trpc'
import './globals.css'

const MAIN_ID = 'main'

export const metadata: Metadata = { title: { default: 'Failover Lab', template: '%s · Failover Lab' } }

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' }

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = asTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme} suppressHydrationWarning>
      <body>
        <a
          href={`#${MAIN_ID}`}
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-panel focus:px-3 focus:py-2"
        >
          Skip to content
        </a>
        <NuqsAdapter>
          <ApiProvider>
            <TopBar theme={theme} />
            <main id={MAIN_ID} tabIndex={-1} className="mx-auto max-w-[1760px] px-3 py-4 outline-none sm:px-6">
              {children}
            </main>
          </ApiProvider>
        </NuqsAdapter>
      </body>
    </html>
  )
}
