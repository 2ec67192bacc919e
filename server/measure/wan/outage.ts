import type { Interval } from '../../domain/ids'
import { LONGEST_GAP, type Measurement } from '../../domain/run'
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
  /** So much the clock may have been set in a pause, either way, ms. */
  clockMs?: number
  /** So much longer than the outage a pause may be, ms: of answers, whose way there and back is in it. Infinity: nobody knows. */
  lateMs?: number
  /** So much shorter a pause of answers may be, ms: those to what was sent before still come, and the later ones sooner. */
  earlyMs?: (pause: Interval) => number
  /** Longest time around a pause in which the probe itself sent nothing, ms: other traffic waits for answers. */
  unsentMs?: (pause: Interval) => number
  /** When the captures or the traffic were ended, whichever was first: what is missing behind it is no gap. */
  endMs: number
}

export type WanOutage = {
  gaps: TrafficGap[]
  /** The one after which traffic was seen again the latest. null: nothing was captured before `fromMs`, so nothing can have stopped. */
  worst: {
    fromMs: number
    toMs: number
    bounds: Bounds
    /** The longest that it can have been; with `bounds.upperMs` null by what came after `endMs`, and Infinity: it never ended. */
    mostMs: number
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

type Stated = Omit<CapturedPaths, 'streams' | 'gapMs' | 'endMs'>

/**
 * The true outage is a gap less at most one spacing at either end, and less `lateMs`, or more by `earlyMs`; an open one is
 * only known to have lasted so long, and has no upper bound.
 */
export function gapBounds(stated: Stated, gap: TrafficGap): Bounds {
  const { spacingMs, edgeMs, clockMs = 0, lateMs = 0, earlyMs, unsentMs } = stated
  const ms = lengthMs(gap)
  const sentMs = Math.max(spacingMs, unsentMs?.(gap) ?? 0)
  const lowerMs = ms - Math.min(ms, 2 * (sentMs + edgeMs) + lateMs + clockMs)
  return { lowerMs, upperMs: gap.isOpen ? null : ms + 2 * edgeMs + (earlyMs?.(gap) ?? 0) + clockMs }
}

/**
 * Gaps of traffic over the union of NICs after an instant, and the worst one (RFC 6412 TBM: by timestamps). A single
 * NIC's gap never ends once traffic has left it; the union's ends when another one takes over. Without any the longest
 * outage that fits unseen is `gapMs`, and `earlyMs` where answers are all that would show it.
 */
export function wanOutage(paths: CapturedPaths, fromMs: number, source: string): WanOutage {
  const { streams, gapMs, endMs } = paths
  const union = unionOf(streams, gapMs)
  const first = union[0]
  if (!first || first.fromMs > fromMs) return { gaps: [], worst: null }
  const gaps = gapsIn(union, gapMs, { fromMs, toMs: endMs })
  const [worst] = gaps.toSorted((a, b) => b.pauseMs - a.pauseMs)
  const { fromMs: beganMs, toMs } = worst ?? { fromMs, toMs: fromMs }
  const ms = toMs - beganMs
  const unseenMs = gapMs + (paths.earlyMs?.({ fromMs, toMs: fromMs }) ?? 0) + (paths.clockMs ?? 0)
  const bounds = worst ? gapBounds(paths, worst) : { lowerMs: 0, upperMs: unseenMs }
  const { lowerMs, upperMs } = bounds
  const labels = { id: LONGEST_GAP, title: 'Failover Time, longest gap', method: 'TBM', source } as const
  const measurement = upperMs === null ? null : { ...labels, ms, plusMs: upperMs - ms, minusMs: ms - lowerMs }
  const whole = worst && { ...worst, toMs: beganMs + worst.pauseMs, isOpen: false }
  const mostMs = (whole ? gapBounds(paths, whole) : bounds).upperMs ?? Number.POSITIVE_INFINITY
  return { gaps, worst: { fromMs: beganMs, toMs, bounds, mostMs, measurement } }
}
