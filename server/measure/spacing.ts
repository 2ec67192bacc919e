import type { ProbeRecord } from './probe-timeline'
import { quantileOf } from './statistics'

/** Observed time between probes, ms; null where there are too few. Never the nominal one. */
export type Spacing = {
  medianMs: number | null
  p95Ms: number | null
  /** While replies came, and while they were missing (ping slows down then). */
  answeredMedianMs: number | null
  silentMedianMs: number | null
}

/** Something that the probe cannot tell from an outage. `clock-step`: stamps went backwards. Epoch ms. */
export type SenderStall = { kind: 'stall' | 'clock-step'; fromMs: number; toMs: number }

const gaps = (records: readonly ProbeRecord[], wanted: (record: ProbeRecord) => boolean): number[] =>
  records.flatMap((record, i) => {
    const next = records[i + 1]
    return next && wanted(record) ? [next.sendMs - record.sendMs] : []
  })

/** The spacing of a list of consecutive probes. */
export function spacingOf(records: readonly ProbeRecord[]): Spacing {
  const all = gaps(records, () => true)
  const silent = (record: ProbeRecord) => record.status === 'lost' || record.status === 'pending'
  return {
    medianMs: quantileOf(all, 0.5),
    p95Ms: quantileOf(all, 0.95),
    answeredMedianMs: quantileOf(
      gaps(records, (record) => !silent(record)),
      0.5,
    ),
    silentMedianMs: quantileOf(gaps(records, silent), 0.5),
  }
}

const STALL_FACTOR = 1.5
const STALL_MARGIN_MS = 100
const STEP_BACK_MS = 2

/**
 * A longer gap than this between two sends is a sender stall, ms: above everything that a busy host does between probes
 * (half as much again as the 95th percentile, and 100; on two cores that also start a firewall 50 to 70 were seen), so
 * that shorter ones only widen the interval of an outage.
 */
export const stallThresholdMs = (spacing: Spacing): number => STALL_FACTOR * (spacing.p95Ms ?? 0) + STALL_MARGIN_MS

/**
 * Where the sender stopped, or its clock was set (forward: looks like a stall; backward: stamps run backwards).
 * Every sequence was sent, so no loss explains these gaps.
 */
export function senderStalls(records: readonly ProbeRecord[], spacing = spacingOf(records)): SenderStall[] {
  const threshold = stallThresholdMs(spacing)
  return records.flatMap((record, i): SenderStall[] => {
    const next = records[i + 1]
    if (!next) return []
    const gap = next.sendMs - record.sendMs
    if (gap < -STEP_BACK_MS) return [{ kind: 'clock-step', fromMs: next.sendMs, toMs: record.sendMs }]
    return gap > threshold ? [{ kind: 'stall', fromMs: record.sendMs, toMs: next.sendMs }] : []
  })
}
