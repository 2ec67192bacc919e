import type { Target } from '../domain/lab'

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
