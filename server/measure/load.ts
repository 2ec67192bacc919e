import type { Interval } from '../domain/ids'
import type { SampleRow } from '../domain/sample'
import { quantileOf } from './statistics'
import { summarizeTraffic, type Throughput } from './throughput'

/** Slow start, the first ARP and the making of the sessions: no steady state yet, ms. */
export const SETTLING_MS = 2000
/** Intervals of iperf3 depend on their neighbours; means over so long hardly do, ms. */
const BLOCK_MS = 5000
/** An interval below this share of the peak after it is a collapse. */
const COLLAPSE_SHARE = 0.2

/** What a load at full speed did; rates of the sum of all sockets, bit/s. */
export type LoadSummary = {
  /** From its first interval's start to its last one's end, app clock. */
  window: Interval
  /** Of the intervals after settling. */
  intervals: number
  mean: number
  min: number
  median: number
  max: number
  /** So much the three digits that iperf3 prints leave open of the mean. */
  rounding: number
  /** Intervals of the whole test without a byte, and those after the peak below a fifth of it; never the last one. */
  zeros: number
  collapses: number
  /** null where the direction shows none (download). */
  retransmits: number | null
  /** Means over whole blocks after settling. */
  blocks: number[]
}

/** Half of the last of three printed digits. */
const halfDigit = (rate: number): number => (rate > 0 ? 0.5 * 10 ** (Math.floor(Math.log10(rate)) - 2) : 0)

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Weighted by their lengths. */
function meanRate(series: readonly Throughput[]): number {
  const ms = series.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return series.reduce((sum, { fromMs, toMs, bitPerS }) => sum + bitPerS * (toMs - fromMs), 0) / Math.max(1, ms)
}

function blocksOf(series: readonly Throughput[]): number[] {
  const startMs = series[0]?.fromMs ?? 0
  const whole = Math.floor(((series.at(-1)?.toMs ?? startMs) - startMs + 1) / BLOCK_MS)
  return Array.from({ length: whole }, (_, i) =>
    meanRate(series.filter(({ fromMs }) => Math.floor((fromMs - startMs + 1) / BLOCK_MS) === i)),
  )
}

/**
 * Summary of a load; null when nothing is left after settling.
 * @param rows SAMPLE_COLUMNS.traffic
 */
export function summarizeLoad(rows: readonly SampleRow[]): LoadSummary | null {
  const summary = summarizeTraffic(rows)
  const first = summary?.series[0]
  const last = summary?.series.at(-1)
  if (!summary || !first || !last) return null
  const steady = summary.series.filter(({ fromMs }) => fromMs >= first.fromMs + SETTLING_MS - 1)
  if (steady.length === 0) return null
  const rates = steady.map(({ bitPerS }) => bitPerS)
  const peakAt = summary.series.findIndex(({ bitPerS }) => bitPerS >= summary.peakBitPerS)
  const judged = summary.series.slice(0, -1)
  const afterPeak = judged.slice(peakAt + 1).filter(({ bitPerS }) => bitPerS < COLLAPSE_SHARE * summary.peakBitPerS)
  return {
    window: { fromMs: first.fromMs, toMs: last.toMs },
    intervals: steady.length,
    mean: meanRate(steady),
    min: Math.min(...rates),
    median: quantileOf(rates, 0.5) ?? 0,
    max: Math.max(...rates),
    rounding: meanOf(rates.map(halfDigit)),
    zeros: judged.filter(({ bitPerS }) => bitPerS === 0).length,
    collapses: afterPeak.filter(({ bitPerS }) => bitPerS > 0).length,
    retransmits: summary.retransmits,
    blocks: blocksOf(steady),
  }
}

/** Student's t for 95 % on both sides, by degrees of freedom; the last one stands for all above it. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** Mean of blocks and what it may be off by (95 %); null with fewer than two. */
function estimate(blocks: readonly number[]): { mean: number; error: number } | null {
  const t = STUDENT[Math.min(blocks.length - 1, STUDENT.length) - 1]
  if (t === undefined) return null
  const mean = meanOf(blocks)
  const variance = blocks.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (blocks.length - 1)
  return { mean, error: t * Math.sqrt(variance / blocks.length) }
}

/** A share in percent; the truth lies in [lower, upper] as far as blocks of 5 s tell (95 % each). */
export type Overhead = { percent: number; lower: number; upper: number }

/** How much less went through beside something than alone; null where too little was measured to say how sure it is. */
export function overheadOf(beside: readonly number[], alone: readonly number[]): Overhead | null {
  const [a, b] = [estimate(beside), estimate(alone)]
  if (!a || !b || b.mean - b.error <= 0) return null
  const percent = (part: number, whole: number) => (1 - part / whole) * 100
  return {
    percent: percent(a.mean, b.mean),
    lower: percent(a.mean + a.error, b.mean - b.error),
    upper: percent(Math.max(0, a.mean - a.error), b.mean + b.error),
  }
}
