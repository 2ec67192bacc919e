import type { ProbeTimeline } from './probe-timeline'
import { type Spacing, spacingOf } from './spacing'

/** What a probe shows before the fault; everything after it is judged against this. ms. */
export type ProbeBaseline = {
  offered: number
  lost: number
  /** Longest run of consecutive losses. */
  longestLossRun: number
  rttMinMs: number | null
  rttMedianMs: number | null
  rttMaxMs: number | null
  /** Round trips in the order of sending; Infinity for a probe without an answer. */
  rttsMs: readonly number[]
  spacing: Spacing
}

/**
 * The baseline within [fromMs, toMs) of the probe host's clock. MEASUREMENT.md asks for at least 5 s.
 * Late answers count as lost here as everywhere: they are impaired.
 */
export function baselineOf(timeline: ProbeTimeline, fromMs: number, toMs: number): ProbeBaseline {
  const records = timeline.records.filter(
    (record) => record.sendMs >= fromMs && record.sendMs < toMs && record.status !== 'pending',
  )
  const rtts = records.flatMap((record) => record.rttMs ?? []).sort((a, b) => a - b)
  let lost = 0
  let run = 0
  let longestLossRun = 0
  for (const record of records) {
    const impaired = record.status !== 'answered'
    run = impaired ? run + 1 : 0
    if (impaired) lost++
    longestLossRun = Math.max(longestLossRun, run)
  }
  return {
    offered: records.length,
    lost,
    longestLossRun,
    rttMinMs: rtts[0] ?? null,
    rttMedianMs: rtts[rtts.length >> 1] ?? null,
    rttMaxMs: rtts.at(-1) ?? null,
    rttsMs: records.map(({ rttMs }) => rttMs ?? Number.POSITIVE_INFINITY),
    spacing: spacingOf(records),
  }
}

/**
 * The baseline before a fault. A probe that was on its way when the fault came may have been hit by it: what was sent
 * within the longest round trip before the fault (at most half of the window) is left out.
 * @param faultMs earliest T0 on the probe host's clock, epoch ms
 */
export function baselineBefore(timeline: ProbeTimeline, fromMs: number, faultMs: number): ProbeBaseline {
  const { rttMaxMs } = baselineOf(timeline, fromMs, faultMs)
  const onTheWayMs = Math.min((rttMaxMs ?? 0) + timeline.stampNoiseMs, Math.max(0, faultMs - fromMs) / 2)
  return baselineOf(timeline, fromMs, faultMs - onTheWayMs)
}
