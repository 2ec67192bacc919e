import type { ProbeSummary } from '../domain/run'
import type { ProbeBaseline } from './baseline'
import type { OutageFinding } from './outages'
import type { ProbeTimeline } from './probe-timeline'
import { senderStalls, spacingOf } from './spacing'

/**
 * What a probe did over the whole run, in the impairment terms of RFC 6412. Probes in flight at the stop are not offered.
 * RTT figures are the baseline's: the RTT of the path when it is well.
 */
export function summarizeProbe(
  timeline: ProbeTimeline,
  probe: Pick<ProbeSummary, 'stream' | 'title' | 'crossesCluster' | 'pings' | 'icmpBytes'>,
  baseline: ProbeBaseline,
  findings: readonly OutageFinding[],
): ProbeSummary {
  const records = timeline.records.filter((record) => record.status !== 'pending')
  const count = (wanted: (record: (typeof records)[number]) => boolean) => records.filter(wanted).length
  const lost = count((record) => record.status === 'lost')
  const spacing = spacingOf(records)
  const durationMs = (records.at(-1)?.sendMs ?? 0) - (records[0]?.sendMs ?? 0)
  return {
    ...probe,
    offered: records.length,
    offeredPps: durationMs > 0 ? ((records.length - 1) / durationMs) * 1000 : null,
    forwarded: records.length - lost,
    lost,
    reordered: count((record) => record.reordered),
    duplicate: records.reduce((sum, record) => sum + record.duplicates, 0),
    late: count((record) => record.status === 'late'),
    spacingMs: baseline.spacing.medianMs ?? spacing.medianMs,
    rttMedianMs: baseline.rttMedianMs,
    rttMaxMs: baseline.rttMaxMs,
    senderStalls: senderStalls(records, spacing).map(({ fromMs, toMs }) => ({ fromMs, toMs })),
    outages: findings.map((finding) => finding.outage),
  }
}
