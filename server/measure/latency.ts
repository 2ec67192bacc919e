import type { Interval } from '../domain/ids'
import type { Measurement } from '../domain/run'
import type { SampleRow } from '../domain/sample'

/** What is certain of a duration, ms. */
export type Bounds = { lowerMs: number; upperMs: number }

/** From something that happened within `cause` to something that happened within `effect`, on one clock; never negative. */
export function latencyBetween(cause: Interval, effect: Interval): Bounds {
  const lowerMs = Math.max(0, effect.fromMs - cause.toMs)
  return { lowerMs, upperMs: Math.max(lowerMs, effect.toMs - cause.fromMs) }
}

/** The longest of several durations of each of which only bounds are known; null of none. */
export const longestOf = (all: readonly Bounds[]): Bounds | null =>
  all.length === 0
    ? null
    : {
        lowerMs: Math.max(...all.map(({ lowerMs }) => lowerMs)),
        upperMs: Math.max(...all.map(({ upperMs }) => upperMs)),
      }

/** Bounds as a measurement: the middle, and what both ends leave open. */
export function boundsAsMeasurement(
  { lowerMs, upperMs }: Bounds,
  what: Pick<Measurement, 'id' | 'title' | 'source'>,
): Measurement {
  const ms = (lowerMs + upperMs) / 2
  return { ...what, ms, plusMs: upperMs - ms, minusMs: ms - lowerMs, method: 'poll' }
}

/**
 * When the last question that was answered was asked, app clock: what it does not show was not so at that moment. null
 * when none was answered.
 * @param polls SAMPLE_COLUMNS.poll
 */
export const lastAskedMs = (polls: readonly SampleRow[] = []): number | null =>
  polls.findLast(([, , answer]) => answer === 0)?.[0] ?? null
