import { type SampleRow, SUM_SOCKET } from '../domain/sample'
import { quantileOf } from './statistics'

/** One interval of a series: epoch ms on the app's clock, from iperf3's own seconds. */
export type Throughput = { fromMs: number; toMs: number; bitPerS: number }

/**
 * A socket that moved nothing for a while. This is TCP's own gap, longer than the path's: after an outage it waits for
 * its retransmission timer (seen: 6.5 s against 3.26 s). It is never a Failover Time (RFC 6413), whose unit it shares.
 */
export type TcpGap = { socket: number; fromMs: number; toMs: number; ms: number; resolutionMs: number }

/** What an iperf3 test did, from its interval lines. */
export type TrafficSummary = {
  /** The sum of all sockets. */
  series: Throughput[]
  meanBitPerS: number
  /** 95th percentile of the intervals: one burst after an outage is no peak. */
  peakBitPerS: number
  /** Spans in which the sum was 0 bit/s. An error line is none of them: nothing was measured then. */
  zeroSpans: { fromMs: number; toMs: number }[]
  /** Longest gap of each socket that had one. */
  gaps: TcpGap[]
  /** The last quarter's mean is below half of the peak. */
  collapsed: boolean
  /** null where the direction shows none (download). */
  retransmits: number | null
}

type Interval = {
  socket: number
  fromS: number
  toS: number
  bytes: number
  bitPerS: number
  retransmits: number | null
}

function intervalsOf(rows: readonly SampleRow[]): { intervals: Interval[]; originMs: number } {
  const intervals: Interval[] = []
  let originMs = Number.POSITIVE_INFINITY
  for (const [socket, fromS, toS, bytes, bitPerS, retransmits, receivedMs] of rows) {
    if (socket == null || fromS == null || toS == null || receivedMs == null || toS <= fromS) continue
    // a line is never early: the least delayed one tells best when the test began
    originMs = Math.min(originMs, receivedMs - toS * 1000)
    intervals.push({ socket, fromS, toS, bytes: bytes ?? 0, bitPerS: bitPerS ?? 0, retransmits: retransmits ?? null })
  }
  return { intervals, originMs }
}

/** Runs of consecutive intervals without a byte. */
function silences(intervals: readonly Interval[]): { fromS: number; toS: number; stepS: number }[] {
  const found: { fromS: number; toS: number; stepS: number }[] = []
  let open: { fromS: number; toS: number; stepS: number } | null = null
  for (const { fromS, toS, bytes } of intervals) {
    if (bytes > 0) open = null
    else if (open) open.toS = toS
    else {
      open = { fromS, toS, stepS: toS - fromS }
      found.push(open)
    }
  }
  return found
}

function gapOf(intervals: readonly Interval[], socket: number, originMs: number): TcpGap[] {
  const own = intervals.filter((interval) => interval.socket === socket)
  const longest = silences(own).reduce<{ fromS: number; toS: number; stepS: number } | null>(
    (a, b) => (a && a.toS - a.fromS >= b.toS - b.fromS ? a : b),
    null,
  )
  if (!longest) return []
  const { fromS, toS, stepS } = longest
  const [fromMs, toMs] = [originMs + fromS * 1000, originMs + toS * 1000]
  return [{ socket, fromMs, toMs, ms: toMs - fromMs, resolutionMs: 2 * stepS * 1000 }]
}

/**
 * Summary of one iperf3 test; null without a single interval. Sums come from `[SUM]` lines, or from the only socket.
 * @param rows SAMPLE_COLUMNS.traffic
 */
export function summarizeTraffic(rows: readonly SampleRow[]): TrafficSummary | null {
  const { intervals, originMs } = intervalsOf(rows)
  const sockets = [...new Set(intervals.map(({ socket }) => socket))]
  const total = sockets.includes(SUM_SOCKET) ? SUM_SOCKET : sockets[0]
  if (total === undefined) return null
  const sums = intervals.filter(({ socket }) => socket === total)
  const rates = sums.map(({ bitPerS }) => bitPerS)
  const seconds = sums.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0)
  const bits = sums.reduce((sum, { fromS, toS, bitPerS }) => sum + bitPerS * (toS - fromS), 0)
  const tail = rates.slice(Math.floor(rates.length * 0.75))
  const peakBitPerS = quantileOf(rates, 0.95) ?? 0
  const tailMean = tail.reduce((sum, rate) => sum + rate, 0) / Math.max(1, tail.length)
  const counted = sums.filter(({ retransmits }) => retransmits !== null)
  return {
    series: sums.map(({ fromS, toS, bitPerS }) => ({
      fromMs: originMs + fromS * 1000,
      toMs: originMs + toS * 1000,
      bitPerS,
    })),
    meanBitPerS: bits / seconds,
    peakBitPerS,
    zeroSpans: silences(sums).map(({ fromS, toS }) => ({
      fromMs: originMs + fromS * 1000,
      toMs: originMs + toS * 1000,
    })),
    gaps: sockets.filter((socket) => socket !== SUM_SOCKET).flatMap((socket) => gapOf(intervals, socket, originMs)),
    collapsed: rates.length >= 4 && tailMean < peakBitPerS / 2,
    retransmits: counted.length > 0 ? counted.reduce((sum, { retransmits }) => sum + (retransmits ?? 0), 0) : null,
  }
}
