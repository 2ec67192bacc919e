import { type Background, backgroundOf } from './background'
import type { ProbeBaseline } from './baseline'
import { impairedCounter, isImpaired, type LossPeriod, lossPeriods } from './loss-periods'
import type { ProbeRecord, ProbeTimeline } from './probe-timeline'

/** What is judged: probes sent within [fromMs, untilMs] on the probe host's clock, against the baseline. */
export type LossWindow = {
  /** T0 on the probe host's clock, its earliest (epoch ms). */
  fromMs: number
  /** The end of what belongs to this event; all that was recorded by default. */
  untilMs?: number
  baseline: ProbeBaseline
  /** RFC 6413 Sustained Convergence Validation Time, ms. */
  validationMs: number
}

/** A timeline seen through a window: indices are into `records`. */
export type LossView = {
  records: readonly ProbeRecord[]
  /** First record that belongs to the window, and one past the last. */
  start: number
  end: number
  periods: LossPeriod[]
  /** Longer than the background explains. */
  isStrong: (period: LossPeriod) => boolean
  background: Background
  baseline: ProbeBaseline
  validationMs: number
  impaired: (a: number, b: number) => number
}

/** A probe sent before T0 can still be hit by it on its way: so much earlier the window begins. */
const leadMs = (baseline: ProbeBaseline, noiseMs: number): number => (baseline.rttMaxMs ?? 0) + noiseMs

export function lossView(timeline: ProbeTimeline, window: LossWindow): LossView {
  const { records } = timeline
  const { baseline, validationMs } = window
  const fromMs = window.fromMs - leadMs(baseline, timeline.stampNoiseMs)
  const untilMs = window.untilMs ?? Number.POSITIVE_INFINITY
  let start = records.findIndex((record) => record.sendMs >= fromMs)
  if (start < 0) start = records.length
  // a loss period that T0 falls into belongs to the window as a whole
  while (start > 0 && start < records.length && inLoss(records[start]) && inLoss(records[start - 1])) start--
  let end = records.length
  while (end > start && ((records[end - 1]?.sendMs ?? 0) > untilMs || records[end - 1]?.status === 'pending')) end--
  const background = backgroundOf(baseline, end - start)
  return {
    records,
    start,
    end,
    periods: lossPeriods(records, start).filter((period) => period.from < end),
    isStrong: (period) => period.to - period.from + 1 > background.longestRun,
    background,
    baseline,
    validationMs,
    impaired: impairedCounter(records),
  }
}

const inLoss = (record: ProbeRecord | undefined) => record !== undefined && isImpaired(record)

/** Index of the first probe from `from` on that was answered in time; −1 when there is none. */
export function nextGood({ records, end }: LossView, from: number): number {
  for (let i = from; i < end; i++) if (records[i]?.status === 'answered') return i
  return -1
}

/** Index of the last probe before `before` that was answered in time; −1 when there is none. */
export function previousGood({ records }: LossView, before: number): number {
  for (let i = before - 1; i >= 0; i--) if (records[i]?.status === 'answered') return i
  return -1
}
