import type { ProbeRecord } from './probe-timeline'

/** A run of consecutive impaired probes (RFC 3357 loss period): records[from…to], at least one of them never answered. */
export type LossPeriod = { from: number; to: number; lost: number }

/** Impaired for forwarding: lost or later than the threshold. (Reordered and duplicate probes were forwarded.) */
export const isImpaired = (record: ProbeRecord): boolean => record.status === 'lost' || record.status === 'late'

/** Loss periods of a timeline, in order. Probes in flight at the end belong to none. */
export function lossPeriods(records: readonly ProbeRecord[], from = 0): LossPeriod[] {
  const periods: LossPeriod[] = []
  let current: LossPeriod | null = null
  for (let i = from; i < records.length; i++) {
    const record = records[i]
    if (record && isImpaired(record)) {
      if (!current) current = { from: i, to: i, lost: 0 }
      current.to = i
      if (record.status === 'lost') current.lost++
    } else if (current && record?.status === 'answered') {
      if (current.lost > 0) periods.push(current)
      current = null
    }
  }
  if (current && current.lost > 0) periods.push(current)
  return periods
}

/** Answers "how many impaired probes are in records[a…b)" in constant time. */
export function impairedCounter(records: readonly ProbeRecord[]): (a: number, b: number) => number {
  const sums = new Float64Array(records.length + 1)
  for (let i = 0; i < records.length; i++) {
    const record = records[i]
    sums[i + 1] = (sums[i] ?? 0) + (record && isImpaired(record) ? 1 : 0)
  }
  return (a, b) => (sums[Math.min(b, records.length)] ?? 0) - (sums[Math.max(0, a)] ?? 0)
}
