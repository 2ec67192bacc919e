import { lossAsBefore, RECOVERY_PROBES } from './background'
import { type LossView, type LossWindow, lossView, nextGood } from './loss-view'
import type { ProbeTimeline } from './probe-timeline'

/** Where the run begins in which loss is back within what the baseline shows. */
export type RecoveryPoint = {
  /** Index of the first good probe of that run. */
  index: number
  /** How long it has held, ms; at least the validation time when `validated`. */
  heldMs: number
  validated: boolean
}

/** One past the last record sent within `durationMs` after records[from]. */
function windowEnd({ records, end }: LossView, from: number, durationMs: number): number {
  const limit = (records[from]?.sendMs ?? 0) + durationMs
  let low = from
  let high = end
  while (low < high) {
    const middle = (low + high) >> 1
    if ((records[middle]?.sendMs ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}

function pointAt(view: LossView, index: number, nextStrong: number): RecoveryPoint | null {
  const { records, impaired, baseline, background, validationMs } = view
  const end = windowEnd(view, index, validationMs)
  const near = Math.min(index + RECOVERY_PROBES, view.end)
  const lost = impaired(index, end)
  if (impaired(index, near) > background.nearLosses || nextStrong < end) return null
  if (!lossAsBefore(baseline, end - index, lost)) return null
  const heldMs = Math.max(0, (records[end - 1]?.sendMs ?? 0) - (records[index]?.sendMs ?? 0))
  const enough = near - index === RECOVERY_PROBES
  // the window ends with the last probe inside it, so a later one must exist for it to have passed
  const passed = (records[view.end - 1]?.sendMs ?? 0) - (records[index]?.sendMs ?? 0) >= validationMs
  return { index, heldMs: passed ? validationMs : heldMs, validated: enough && passed }
}

/**
 * The Convergence Recovery Instant after `period` (an index into view.periods): the first probe from which loss is
 * within what the baseline shows, for five probes and the validation time. Null when loss goes on, or nothing came back.
 */
export function recoveryAfter(view: LossView, period: number): RecoveryPoint | null {
  const strong = view.periods.flatMap((candidate, p) => (p > period && view.isStrong(candidate) ? candidate.from : []))
  let ahead = 0
  for (let p = period; p < view.periods.length; p++) {
    const index = nextGood(view, (view.periods[p]?.to ?? 0) + 1)
    if (index < 0) return null
    while (ahead < strong.length && (strong[ahead] ?? 0) < index) ahead++
    const point = pointAt(view, index, strong[ahead] ?? Number.POSITIVE_INFINITY)
    if (point) return point
  }
  return null
}

/** The runner's question while it waits: is loss back within the baseline, and for how long? */
export type Recovery = {
  recovered: boolean
  /** More loss was seen than the baseline explains. */
  lossSeen: boolean
  /** Send time of the first probe of the good run (probe host's clock, epoch ms); null while there is none. */
  sinceMs: number | null
  /** How long it has been good, ms; counts up to the validation time. */
  heldMs: number
}

/** Cheap enough to ask several times a second (linear in the probes since `window.fromMs`). */
export function recovery(timeline: ProbeTimeline, window: LossWindow): Recovery {
  const view = lossView(timeline, window)
  const last = view.periods.findLastIndex(view.isStrong)
  const first = nextGood(view, view.start)
  if (first < 0) return { recovered: false, lossSeen: last >= 0, sinceMs: null, heldMs: 0 }
  const point =
    last >= 0 ? recoveryAfter(view, last) : (pointAt(view, first, Number.POSITIVE_INFINITY) ?? recoveryAfter(view, 0))
  return {
    recovered: point?.validated ?? false,
    lossSeen: last >= 0,
    sinceMs: point ? (view.records[point.index]?.sendMs ?? null) : null,
    heldMs: point?.heldMs ?? 0,
  }
}
