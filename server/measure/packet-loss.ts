import type { Measurement } from '../domain/run'
import type { OutageFinding, ProbeOutages } from './outages'

/**
 * PLBM (RFC 6412 §3.5 "Packet-Loss-Based Method"): lost packets / offered rate, ± one spacing. The offered rate is the
 * observed one between the last good probe before and the first good after: ping slows down while replies are missing.
 * 0 where nothing was lost; null where the outage did not end.
 */
export function packetLossTime(
  { view, unseenMs }: ProbeOutages,
  finding: OutageFinding | null,
  labels: Pick<Measurement, 'id' | 'title' | 'source'>,
): Measurement | null {
  if (!finding) return { ...labels, ms: 0, plusMs: unseenMs, minusMs: 0, method: 'PLBM' }
  const { lastGoodMs, firstGoodMs, lostProbes } = finding.outage
  if (firstGoodMs === null) return null
  const offered = view.records.filter((record) => record.sendMs >= lastGoodMs && record.sendMs < firstGoodMs).length
  const spacingMs = offered > 0 ? (firstGoodMs - lastGoodMs) / offered : 0
  const ms = lostProbes * spacingMs
  return { ...labels, ms, plusMs: spacingMs, minusMs: Math.min(ms, spacingMs), method: 'PLBM' }
}
