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
 * When a node was last asked a question that it answered, app clock: what the answer does not show was not so at that
 * moment. Of several questions, that of the one which was answered last the longest ago. null when one never was.
 * @param streams SAMPLE_COLUMNS.poll; the questions of "poll:x.node0" are that stream and "poll:x.node0.2", …
 */
export function lastAskedMs(streams: ReadonlyMap<string, readonly SampleRow[]>, stream: string): number | null {
  const polls = [...streams].filter(([id]) => id === stream || id.startsWith(`${stream}.`))
  const asked = polls.map(([, rows]) => rows.findLast(([, , answer]) => answer === 0)?.[0] ?? null)
  return asked.reduce<number | null>(
    (least, ms) => (least === null || ms === null ? null : Math.min(least, ms)),
    polls.length > 0 ? Number.POSITIVE_INFINITY : null,
  )
}
