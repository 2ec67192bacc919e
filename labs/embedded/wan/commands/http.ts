import { nowMs } from '../../core/scheduler'
import type { Process, Program } from '../../machine/process'
import { httpExchange } from '../tcp'
import { FAR_ADDRESS, HTTP_PORTS } from '../topology'
import type { WanWorld } from '../world'

export type HttpTarget = { address: string; port: number }
/** How a request ended: how long it took, ms, or what curl and requests call the failure. */
export type HttpResult = { ms: number; failure: 'refused' | 'timeout' | null }

const REQUEST_BYTES = 180

/** "http://192.168.100.2:8001/" */
export function targetOf(url: string): HttpTarget | null {
  const [, address, port = '80'] = /^(?:http:\/\/)?([\d.]+)(?::(\d+))?(?:\/|$)/.exec(url) ?? []
  return address === undefined ? null : { address, port: Number(port) }
}

/** Whether a web server answers there at all. */
export const isServed = ({ address, port }: HttpTarget): boolean => address === FAR_ADDRESS && HTTP_PORTS.includes(port)

/** One GET. A connection is made where `connects`; else it goes over one that is open already. */
export async function get(
  world: WanWorld,
  p: Process,
  target: HttpTarget,
  options: { connects: boolean; timeoutMs: number },
): Promise<HttpResult> {
  const startMs = nowMs()
  if (target.address === FAR_ADDRESS && !isServed(target)) {
    await p.sleep(50)
    return { ms: nowMs() - startMs, failure: 'refused' }
  }
  let isOver = false
  const answered = new Promise<number>((resolve) => {
    if (!isServed(target)) return
    const request = { connects: options.connects, sendBytes: REQUEST_BYTES, answerBytes: world.options.httpBytes }
    httpExchange(world, request, () => !isOver && p.alive, resolve)
  })
  const late = p.sleep(options.timeoutMs).then(() => null)
  late.catch(() => {})
  const atMs = await p.within(Promise.race([answered, late]))
  isOver = true
  return atMs === null ? { ms: options.timeoutMs, failure: 'timeout' } : { ms: atMs - startMs, failure: null }
}

const CURL_CODES = { refused: 7, timeout: 28 }

/** `curl [-s] [-o FILE] [-w FORMAT] [-m S] URL`. */
export const curl =
  (world: WanWorld): Program =>
  async (p) => {
    const args = p.args.slice(1)
    if (args.includes('--version') || args.includes('-V')) {
      p.write('curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.11\n')
      return 0
    }
    const value = (...names: string[]): string | undefined => {
      const at = args.findIndex((arg) => names.includes(arg))
      return at < 0 ? undefined : args[at + 1]
    }
    const target = targetOf(
      args.findLast((arg, i) => /^(http:|[\d.]+)/.test(arg) && !/^-[mowHX]$|^--/.test(args[i - 1] ?? '')) ?? '',
    )
    if (!target) {
      p.error('curl: (3) URL rejected\n')
      return 3
    }
    const timeoutMs = 1000 * Number(value('-m', '--max-time', '--connect-timeout') ?? 130)
    const { ms, failure } = await get(world, p, target, { connects: true, timeoutMs })
    const isQuiet = args.some((arg) => /^-\w*s/.test(arg)) && !args.some((arg) => /^-\w*S/.test(arg))
    if (failure && !isQuiet) {
      const what =
        failure === 'refused'
          ? `Failed to connect to ${target.address} port ${target.port}`
          : `Operation timed out after ${Math.round(ms)} milliseconds with 0 bytes received`
      p.error(`curl: (${CURL_CODES[failure]}) ${what}\n`)
    }
    if (!failure && value('-o', '--output') === undefined) p.write('ok\n')
    const values: Record<string, string> = {
      ...{ http_code: failure ? '000' : '200', response_code: failure ? '000' : '200' },
      ...{ time_total: (ms / 1000).toFixed(6), size_download: failure ? '0' : String(world.options.httpBytes) },
    }
    const format = value('-w', '--write-out')
    if (format) p.write(format.replaceAll('\\n', '\n').replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? ''))
    return failure ? CURL_CODES[failure] : 0
  }
