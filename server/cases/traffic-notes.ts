import type { RunEvidence } from '../domain/evidence'
import { formatBitPerS, formatMs } from '../domain/format'
import { type AnyLab, hasCluster } from '../domain/lab'
import { LOADS } from '../domain/load'
import { summarizeTraffic, type TrafficSummary } from '../measure/throughput'

function describe(title: string, summary: TrafficSummary): string {
  const { meanBitPerS, peakBitPerS, zeroSpans, gaps, collapsed, retransmits } = summary
  const silentMs = zeroSpans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const longest = gaps.toSorted((a, b) => b.ms - a.ms)[0]
  const facts = [
    `mean ${formatBitPerS(meanBitPerS)}, peak ${formatBitPerS(peakBitPerS)}`,
    zeroSpans.length > 0 ? `0 bit/s for ${formatMs(silentMs)}` : 'never 0 bit/s',
    longest &&
      `TCP's own longest gap ${formatMs(longest.ms)} (±${formatMs(longest.resolutionMs)}), which is no Failover Time`,
    retransmits === null ? null : `${retransmits} retransmits`,
    collapsed ? 'collapsed after its peak' : null,
  ]
  return `${title}: ${facts.filter(Boolean).join(', ')}`
}

/** What each iperf3 client did, in one sentence each: throughput is shown beside the Failover Time, never as one. */
export const trafficNotes = ({ lab, streams }: RunEvidence<AnyLab>): string[] =>
  [...(hasCluster(lab) ? lab.traffic : []), ...Object.entries(LOADS).map(([id, title]) => ({ id, title }))].flatMap(
    ({ id, title }) => {
      const summary = summarizeTraffic(streams.get(`traffic:${id}`) ?? [])
      return summary ? [describe(title, summary)] : []
    },
  )
