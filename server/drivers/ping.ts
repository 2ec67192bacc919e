import type { AnyLab, Target } from '../domain/lab'
import type { LabAccess } from './at'
import { type PingHeader, parsePingLine } from './ping-parse'
import { type LineReading, type RunningTool, startTool, type ToolOptions } from './tool'

/**
 * With an answer outstanding ping sleeps for up to so long between two sends, whatever it is asked for, ms (MININTERVAL
 * of iputils).
 */
export const PING_SLEEP_MS = 10
/**
 * Where answers take longer than the interval, asking for less lets each of them wake ping up from its sleep: closer
 * together, and no faster than this. Where they take longer than that sleep, several pings share the work.
 */
export const WOKEN_INTERVAL_MS = 2

/** `ping -i` of a target in seconds, without the float noise of ms / 1000. */
const seconds = (ms: number): string => String(Number((ms / 1000).toFixed(6)))

/**
 * One probe: stamped (-D), unanswered ones printed (-O), no names. Bounded by the count and the outer timeout; never
 * by -w, which ends at the first host-unreachable so that the gap vanishes from the log.
 */
export const pingArgv = (target: Pick<Target, 'address'>, intervalMs: number, count: number): string[] => [
  ...['ping', '-D', '-O', '-n', '-i', seconds(intervalMs), '-c', String(count)],
  target.address,
]

/** How many probes a duration takes, with room for a spacing that turns out shorter. */
export const probeCount = (durationMs: number, intervalMs: number): number =>
  Math.ceil((durationMs / intervalMs) * 1.2) + 10

export type PingOptions = ToolOptions & {
  intervalMs: number
  /** Called once, before the first row: with it the rows' lines can be rebuilt. */
  onHeader?: (header: PingHeader) => void
  /** ping did not start or cannot go on, in its own words. */
  onError?: (message: string, isFatal: boolean) => void
}

/** Starts a probe to a target from where the lab file says; rows are those of SAMPLE_COLUMNS.probe. */
export function startPing(access: LabAccess<AnyLab>, target: Target, options: PingOptions): Promise<RunningTool> {
  let header: PingHeader | null = null
  const read = (line: string): LineReading => {
    const parsed = parsePingLine(line, header)
    if (parsed.kind === 'sample') return { row: parsed.row, keep: !parsed.exact }
    if (parsed.kind === 'header') {
      header = parsed.header
      options.onHeader?.(parsed.header)
    }
    if (parsed.kind === 'error') options.onError?.(parsed.message, parsed.fatal)
    return { keep: true }
  }
  const onOutput: ToolOptions['onOutput'] = (line, from, receivedMs) => {
    const parsed = from === 'stderr' ? parsePingLine(line, header) : null
    if (parsed?.kind === 'error') options.onError?.(parsed.message, parsed.fatal)
    options.onOutput?.(line, from, receivedMs)
  }
  const argv = pingArgv(target, options.intervalMs, probeCount(options.timeoutMs, options.intervalMs))
  return startTool(access, target.from, argv, read, { ...options, onOutput })
}
