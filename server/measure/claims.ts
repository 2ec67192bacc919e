import { ipv4Number } from '../domain/address'
import type { Interval } from '../domain/ids'
import { PACKET_KINDS, type SampleRow } from '../domain/sample'

const ARP = [PACKET_KINDS.indexOf('arp'), PACKET_KINDS.indexOf('gratuitous-arp')]

/**
 * When a node claimed an address in a window: ARP that left by its own member with that address as the sender's.
 * @param rows SAMPLE_COLUMNS.capture of what left there; window on the capture host's clock
 */
export function claimsOf(rows: readonly SampleRow[], vip: string, { fromMs, toMs }: Interval): number[] {
  const wanted = ipv4Number(vip)
  return rows.flatMap(([kind, stampMs, source]) =>
    ARP.includes(kind ?? -1) && source === wanted && stampMs != null && stampMs >= fromMs && stampMs <= toMs
      ? [stampMs]
      : [],
  )
}

/** The longest stretch of a window without any of some moments, its edges counted, ms. */
export function longestSilenceMs(moments: readonly number[], { fromMs, toMs }: Interval): number {
  const edges = [fromMs, ...moments.toSorted((a, b) => a - b), toMs]
  return edges.slice(1).reduce((longest, ms, i) => Math.max(longest, ms - (edges[i] ?? ms)), 0)
}
