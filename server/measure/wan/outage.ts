import type { Measurement } from '../../domain/run'
import type { Bounds } from '../failover-time'
import { gapsIn, type Segment, type TrafficGap, unionOf } from './segments'

/** What the captures of several NICs show of one traffic. */
export type CapturedPaths = {
  /** Of the traffic alone, per NIC, all by one clock. */
  streams: readonly (readonly Segment[])[]
  /** Shorter pauses are none. */
  gapMs: number
  /** Between two packets of the traffic in the baseline at most, ms (99th percentile). */
  spacingMs: number
  /** By how much a segment may begin or end late or early, ms. */
  edgeMs: number
  /** So much longer than the outage a pause may be, ms: of answers, whose way there and back is in it. Infinity: nobody knows. */
  lateMs?: number
  /** When the captures or the traffic were ended, whichever was first: what is missing behind it is no gap. */
  endMs: number
}

export type WanOutage = {
  gaps: TrafficGap[]
  /** The one that nobody saw end, else the longest. null: nothing was captured before `fromMs`, so nothing can have stopped. */
  worst: {
    fromMs: number
    toMs: number
    bounds: Bounds
    /** null: nobody saw it end, so it has no length. */
    measurement: Measurement | null
  } | null
}

const lengthMs = ({ fromMs, toMs }: TrafficGap): number => toMs - fromMs

/** Smallest sensible gap threshold: below that two cores and a capture buffer make gaps of their own, ms. */
const LEAST_GAP_MS = 50
const SPACINGS = 5

/** Which pauses are gaps, by the spacing (99th percentile) of the baseline. */
export const gapThresholdMs = (spacingMs: number): number => Math.max(LEAST_GAP_MS, SPACINGS * spacingMs)

/**
 * Gaps of traffic over the union of NICs after an instant, and the worst one (RFC 6412 TBM: by timestamps). A single
 * NIC's gap never ends once traffic has left it; the union's ends when another one takes over. The true outage is that gap
 * less at most one spacing at either end, and less `lateMs`; an open one is only known to have lasted so long, and has no upper bound.
 */
export function wanOutage(
  { streams, gapMs, spacingMs, edgeMs, endMs, lateMs = 0 }: CapturedPaths,
  fromMs: number,
  source: string,
): WanOutage {
  const union = unionOf(streams, gapMs)
  const first = union[0]
  if (!first || first.fromMs > fromMs) return { gaps: [], worst: null }
  const gaps = gapsIn(union, gapMs, { fromMs, toMs: endMs })
  const [longest] = gaps.toSorted((a, b) => lengthMs(b) - lengthMs(a))
  const worst = gaps.find((gap) => gap.isOpen) ?? longest
  const { isOpen, ...span } = worst ?? { fromMs, toMs: fromMs, isOpen: false }
  const ms = span.toMs - span.fromMs
  const minusMs = Math.min(ms, 2 * (spacingMs + edgeMs) + lateMs)
  const plusMs = worst ? 2 * edgeMs : gapMs
  const labels = { id: 'failoverTimeByCapture', title: 'Failover Time by capture', method: 'TBM', source } as const
  const bounds = { lowerMs: ms - minusMs, upperMs: isOpen ? null : ms + plusMs }
  return { gaps, worst: { ...span, bounds, measurement: isOpen ? null : { ...labels, ms, plusMs, minusMs } } }
}
