import type { Outage } from '../domain/run'
import { RECOVERY_PROBES } from './background'
import type { LossPeriod } from './loss-periods'
import { type LossView, type LossWindow, lossView, previousGood } from './loss-view'
import {
  earliestStartMs,
  firstGoodAfter,
  forwardingBackMs,
  longestUnseenMs,
  lowerBoundMs,
  type PathDelay,
  pathDelay,
} from './outage-bounds'
import type { ProbeTimeline } from './probe-timeline'
import { recoveryAfter } from './recovery'
import { type SenderStall, type Spacing, senderStalls, spacingOf, stallThresholdMs } from './spacing'

/** An outage with everything that its statement rests on. */
export type OutageFinding = {
  outage: Outage
  /** False: its loss is within what the baseline shows; it may be none. */
  beyondBaseline: boolean
  /** Loss periods in it that stand at least five good probes apart: more than one is flapping. */
  lossPeriods: number
  /** Convergence Recovery Instant (send time of the first probe of the good run, epoch ms); null: not recovered. */
  recoveredMs: number | null
  /** Loss stayed within the baseline for the whole validation time. */
  validated: boolean
  /** How long it was seen to stay so, ms. */
  heldMs: number
  /** Sender stalls and clock steps that overlap it: it cannot be stated exactly. */
  stalls: SenderStall[]
}

/** What one probe shows in one window. */
export type ProbeOutages = {
  findings: OutageFinding[]
  /** The longest outage that can have passed unseen between two answered probes, stalls apart, ms. */
  unseenMs: number
  /** Stalls and clock steps within the window. */
  stalls: SenderStall[]
  view: LossView
  delay: PathDelay
}

export type OutageOptions = LossWindow & {
  stream: string
  /** Largest RTT from the device under test onwards, ms; null where nobody knows. */
  rttBeyondMs?: number | null
}

type Chain = { p: number; q: number }

/** Loss periods that belong together: a further strong one within the validation time means "not recovered yet". */
function chains(view: LossView): Chain[] {
  const found: Chain[] = []
  for (let p = 0; p < view.periods.length; p++) {
    const period = view.periods[p]
    if (!period || !view.isStrong(period)) continue
    const last = found.at(-1)
    const endMs = last === undefined ? null : (firstGoodAfter(view, last.q)?.sendMs ?? null)
    const startMs = view.records[period.from]?.sendMs ?? 0
    if (last && (endMs === null || startMs - endMs <= view.validationMs)) last.q = p
    else found.push({ p, q: p })
  }
  return found
}

function findingOf(
  view: LossView,
  { p, q }: Chain,
  delay: PathDelay,
  stalls: SenderStall[],
  stream: string,
): OutageFinding {
  const { records } = view
  const lastGood = records[previousGood(view, view.periods[p]?.from ?? 0)]
  const point = recoveryAfter(view, q)
  const recovered = point && records[point.index]
  const firstGood = (point?.validated && recovered) || firstGoodAfter(view, q)
  const startMs = lastGood?.sendMs ?? records[0]?.loMs ?? 0
  const endMs = (recovered ?? firstGood ?? records[view.end - 1])?.sendMs ?? startMs
  const earliestMs = earliestStartMs(view, p)
  const lowerMs = lowerBoundMs(view, p, q, delay)
  const upperMs = point && earliestMs !== null ? forwardingBackMs(view, point.index, delay) - earliestMs : null
  const ms = firstGood && lastGood ? Math.max(firstGood.sendMs - startMs, lowerMs) : null
  const members = view.periods.slice(p, q + 1)
  return {
    outage: {
      stream,
      lastGoodMs: startMs,
      firstGoodMs: firstGood?.sendMs ?? null,
      ms,
      lowerMs,
      upperMs: upperMs === null ? null : Math.max(upperMs, ms ?? lowerMs),
      lostProbes: members.reduce((sum, period) => sum + period.lost, 0),
    },
    beyondBaseline: members.some(view.isStrong),
    lossPeriods: members.filter((period, i) => !members[i - 1] || standsApart(members[i - 1], period)).length,
    recoveredMs: recovered?.sendMs ?? null,
    validated: point?.validated ?? false,
    heldMs: point?.heldMs ?? 0,
    // a reply that was printed after a stall seems to have been sent after it: the earliest send decides
    stalls: stalls.filter((stall) => stall.toMs > (earliestMs ?? startMs) && stall.fromMs < endMs),
  }
}

const standsApart = (before: LossPeriod | undefined, period: LossPeriod) =>
  period.from - (before?.to ?? 0) > RECOVERY_PROBES

/** The loss period that lasted longest; nothing but background is left to choose from. */
function longestPeriod(view: LossView): Chain[] {
  const lengthMs = ({ from, to }: LossPeriod) => (view.records[to]?.hiMs ?? 0) - (view.records[from]?.loMs ?? 0)
  const p = view.periods.reduce(
    (best, period, i) => (lengthMs(period) > lengthMs(view.periods[best] ?? period) ? i : best),
    0,
  )
  return view.periods.length > 0 ? [{ p, q: p }] : []
}

/** The slower of what the baseline and the window show: ping slows down while replies are missing. */
function usualSpacing(window: Spacing, baseline: Spacing): Spacing {
  return { ...window, p95Ms: Math.max(window.p95Ms ?? 0, baseline.p95Ms ?? 0) }
}

/**
 * The outages of one probe after T0, each with the interval in which its true length lies (MEASUREMENT.md, "The number
 * and its error"): [b' − a' − R − ε, b − a + ε], with the conservative bound of each send time.
 * Loss within the baseline's background is no outage; where there is nothing else, its longest loss period is returned
 * with lower bound 0 and `beyondBaseline: false`.
 * In a path with random background loss an edge of an outage may by chance be shown one probe too far out; the bounds
 * allow for it where that would happen in more than 1 of 200 runs.
 */
export function findOutages(timeline: ProbeTimeline, options: OutageOptions): ProbeOutages {
  const view = lossView(timeline, options)
  const delay = pathDelay(view.baseline, view.records, options.rttBeyondMs ?? null)
  const seen = view.records.slice(Math.max(0, view.start - 1), view.end)
  const spacing = usualSpacing(spacingOf(seen), view.baseline.spacing)
  const stalls = senderStalls(seen, spacing)
  const strong = chains(view)
  const findings = (strong.length > 0 ? strong : longestPeriod(view)).map((chain) =>
    findingOf(view, chain, delay, stalls, options.stream),
  )
  return { findings, unseenMs: longestUnseenMs(view, delay, stallThresholdMs(spacing)), stalls, view, delay }
}
