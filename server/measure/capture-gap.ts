import { ipv4Number, macNumber, macText } from '../domain/address'
import type { Measurement } from '../domain/run'
import { PACKET_KINDS, type SampleRow } from '../domain/sample'

const code = (kind: (typeof PACKET_KINDS)[number]) => PACKET_KINDS.indexOf(kind)

/** Gratuitous ARP for one VIP: how often each MAC announced it after an instant. */
export type GarpCount = { vip: string; byMac: Map<string, number>; total: number }

/** @param rows SAMPLE_COLUMNS.capture; afterMs on the capture host's clock */
export function countGarp(rows: readonly SampleRow[], vip: string, afterMs: number): GarpCount {
  const wanted = ipv4Number(vip)
  const byMac = new Map<string, number>()
  for (const [kind, stampMs, source, , , mac] of rows) {
    if (kind !== code('gratuitous-arp') || source !== wanted || (stampMs ?? 0) < afterMs) continue
    const name = mac == null ? 'unknown' : macText(mac)
    byMac.set(name, (byMac.get(name) ?? 0) + 1)
  }
  return { vip, byMac, total: [...byMac.values()].reduce((a, b) => a + b, 0) }
}

/** The same MAC however it is written. */
export const sameMac = (a: string, b: string): boolean => macNumber(a) !== null && macNumber(a) === macNumber(b)

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0

/**
 * The outage of the request path by timestamps at the far side (RFC 6412 TBM): the largest gap between requests captured
 * after T0. The true outage is at most that gap, and at least the gap less one spacing at either end. null when nothing
 * was captured on both sides of T0.
 * @param rows SAMPLE_COLUMNS.capture; afterMs: T0 at its earliest on the capture host's clock
 */
export function requestGap(
  rows: readonly SampleRow[],
  target: string,
  afterMs: number,
  source: string,
): (Measurement & { fromMs: number; toMs: number }) | null {
  const wanted = ipv4Number(target)
  const stamps = rows.flatMap(([kind, stampMs, , to]) =>
    kind === code('icmp-request') && to === wanted && stampMs != null ? [stampMs] : [],
  )
  const before = stamps.filter((stamp) => stamp < afterMs)
  const spacingMs = median(before.slice(1).map((stamp, i) => stamp - (before[i] ?? stamp)))
  let widest: { fromMs: number; toMs: number } | null = null
  for (let i = 1; i < stamps.length; i++) {
    const fromMs = stamps[i - 1] ?? 0
    const toMs = stamps[i] ?? 0
    if (toMs < afterMs) continue
    if (!widest || toMs - fromMs > widest.toMs - widest.fromMs) widest = { fromMs, toMs }
  }
  if (!widest || before.length < 2) return null
  const ms = widest.toMs - widest.fromMs
  // ping slows down while replies are missing: up to two spacings and a kernel tick at the far end
  const minusMs = Math.min(ms, 3 * spacingMs + 4)
  return {
    id: `failoverTimeByCapture`,
    title: 'Failover Time by capture',
    ms,
    plusMs: spacingMs,
    minusMs,
    method: 'TBM',
    source,
    ...widest,
  }
}
