import { ipv4Number, macNumber, macText } from '../domain/address'
import type { Measurement } from '../domain/run'
import { PACKET_KINDS, type SampleRow } from '../domain/sample'
import { quantileOf } from './statistics'

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

type Gap = { fromMs: number; toMs: number; missing: number }

/** Gaps between consecutive captured requests, with how many sequence numbers are missing in each (icmp_seq wraps). */
function gapsOf(rows: readonly SampleRow[], target: number | null): Gap[] {
  const gaps: Gap[] = []
  let last: { stampMs: number; seq: number } | null = null
  for (const [kind, stampMs, , to, seq] of rows) {
    if (kind !== code('icmp-request') || to !== target || stampMs == null || seq == null) continue
    const step: number = last ? (seq - last.seq + 65_536) % 65_536 : 0
    // one that comes late, or of another ping, is no gap
    if (step === 0 || step > 32_768) {
      last ??= { stampMs, seq }
      continue
    }
    if (last) gaps.push({ fromMs: last.stampMs, toMs: stampMs, missing: step - 1 })
    last = { stampMs, seq }
  }
  return gaps
}

const lengthMs = ({ fromMs, toMs }: Gap) => toMs - fromMs

const longest = (gaps: readonly Gap[]): Gap | null =>
  gaps.reduce<Gap | null>((a, b) => (a && lengthMs(a) >= lengthMs(b) ? a : b), null)

/** How far a spacing may be from its usual length: ping slows down when replies go missing. */
const SPACING_TOLERANCE = 1.5

/**
 * The outage of the request path by timestamps at the far side (RFC 6412 TBM): the longest gap between requests captured
 * after T0 in which sequence numbers are missing. The true outage is that gap, less at most one spacing before and one
 * after it. Without a missing request it is 0 (+ the longest gap: a sender's stall shows as one). null when nothing was
 * captured on both sides of T0.
 * @param rows SAMPLE_COLUMNS.capture; afterMs: T0 at its earliest on the capture host's clock
 */
export function requestGap(
  rows: readonly SampleRow[],
  target: string,
  afterMs: number,
  source: string,
): (Measurement & { fromMs: number; toMs: number }) | null {
  const gaps = gapsOf(rows, ipv4Number(target))
  const spacingMs = quantileOf(gaps.filter(({ toMs }) => toMs < afterMs).map(lengthMs), 0.5)
  const after = gaps.filter(({ toMs }) => toMs >= afterMs)
  const widest = longest(after)
  if (spacingMs === null || !widest) return null
  const labels = { id: 'failoverTimeByCapture', title: 'Failover Time by capture', method: 'TBM', source } as const
  const lossy = longest(after.filter(({ missing }) => missing > 0))
  if (!lossy) {
    const { fromMs, toMs } = widest
    return { ...labels, ms: 0, plusMs: lengthMs(widest), minusMs: 0, fromMs, toMs }
  }
  const { fromMs, toMs } = lossy
  const ms = lengthMs(lossy)
  const minusMs = Math.min(ms, SPACING_TOLERANCE * (spacingMs + ms / (lossy.missing + 1)))
  return { ...labels, ms, plusMs: spacingMs, minusMs, fromMs, toMs }
}
