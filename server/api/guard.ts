import { isIP } from 'node:net'
import { type Env, readEnv } from '../env'
import { AppError } from '../errors'

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']

type Rules = Pick<Env, 'host' | 'port' | 'publicUrl'>

const DEFAULT_PORT: Record<string, string> = { 'http:': '80', 'https:': '443' }

/** "name:port" in one spelling: lower case, the scheme's own port written out; null when it is none. */
function authority(text: string, protocol: string): string | null {
  try {
    const url = new URL(`${protocol}//${text}`)
    if (url.username || url.password || url.pathname !== '/' || url.search || url.hash) return null
    return `${url.hostname}:${url.port || DEFAULT_PORT[protocol]}`
  } catch {
    return null
  }
}

/** The names under which this app may be asked for. */
function allowedAuthorities({ host, port, publicUrl }: Rules): Set<string> {
  const own = host.includes(':') ? `[${host}]` : host
  const { protocol, host: publicHost } = new URL(publicUrl)
  const all = [...[...LOOPBACK_NAMES, own].map((name) => `${name}:${port}`), publicHost]
  return new Set(all.flatMap((text) => authority(text, text === publicHost ? protocol : 'http:') ?? []))
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::'

/** An address is no name: a foreign page cannot make a browser believe that it is its own. */
function isOwnAddress(text: string, { host, port }: Rules): boolean {
  const url = authority(text, 'http:')
  if (!isWildcard(host) || !url?.endsWith(`:${port}`)) return false
  return isIP(url.slice(0, -`:${port}`.length).replace(/^\[|\]$/g, '')) > 0
}

const refuse = (message: string, hint: string) => new AppError('forbidden', message, { hint })

/**
 * Whether a request may reach the API; null when it may, else why not. This API stops firewalls, and a page on any web
 * site can make a browser send requests to a loopback port: Host is checked against DNS rebinding, Origin and the
 * content type against forged requests.
 */
export function refusal(request: Pick<Request, 'method' | 'headers'>, rules: Rules): AppError | null {
  const { method, headers } = request
  const host = headers.get('host') ?? ''
  const names = allowedAuthorities(rules)
  const https = new URL(rules.publicUrl).protocol === 'https:'
  const asked = [authority(host, 'http:'), https ? authority(host, 'https:') : null]
  if (!asked.some((name) => name !== null && names.has(name)) && !isOwnAddress(host, rules))
    return refuse(
      `this app is not to be asked for as "${host}"`,
      `Open it as ${rules.publicUrl}, or set PUBLIC_URL to the address that you use.`,
    )
  const origin = headers.get('origin')
  if (origin !== null && !isOwnOrigin(origin, host, rules, names))
    return refuse(`requests from pages of "${origin}" are refused`, `Use the app at ${rules.publicUrl} itself.`)
  if (headers.get('sec-fetch-site') === 'cross-site' && method !== 'GET')
    return refuse('requests from other sites are refused', `Use the app at ${rules.publicUrl} itself.`)
  if (!['GET', 'HEAD', 'OPTIONS'].includes(method) && !isJson(headers))
    return refuse('requests that change something must be JSON', 'Send "Content-Type: application/json".')
  return null
}

/** JSON is what a form on a foreign page cannot send; no content at all needs no type. */
function isJson(headers: Headers): boolean {
  const type = headers.get('content-type')
  if (type !== null) return type.split(';')[0]?.trim().toLowerCase() === 'application/json'
  return (headers.get('content-length') ?? '0') === '0' && !headers.has('transfer-encoding')
}

function isOwnOrigin(origin: string, host: string, rules: Rules, names: Set<string>): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: from } = new URL(origin)
  if (protocol !== 'http:' && protocol !== 'https:') return false
  const name = authority(from, protocol)
  return name !== null && (names.has(name) || (isOwnAddress(from, rules) && name === authority(host, protocol)))
}

let env: Env | null = null

/** The same, by the rules of this process's environment. */
export function refusalOf(request: Pick<Request, 'method' | 'headers'>): AppError | null {
  env ??= readEnv()
  return refusal(request, env)
}
