import { RECOVERY_PROBES } from './background'
import type { ProbeBaseline } from './baseline'
import { type LossView, nextGood, previousGood } from './loss-view'
import type { ProbeRecord } from './probe-timeline'

/** Round trips that bound where on its way a probe was hit, ms. */
export type PathDelay = {
  /** Largest baseline RTT; Infinity when there was no answer. */
  largestMs: number
  /** Smallest RTT that the path has shown: what a first answer took longer was spent waiting. */
  leastMs: number
  /** The largest RTT from the device under test onwards, where it is known; else all of the RTT may lie beyond it. */
  rttBeyondMs: number | null
}

/** Without any answer the RTT is unbounded, and so is no outage from below. */
export function pathDelay(
  baseline: ProbeBaseline,
  records: readonly ProbeRecord[],
  rttBeyondMs: number | null,
): PathDelay {
  let { rttMinMs: least, rttMaxMs: largest } = baseline
  if (least === null || largest === null)
    for (const { rttMs } of records) {
      if (rttMs === null) continue
      least = Math.min(least ?? rttMs, rttMs)
      largest = Math.max(largest ?? rttMs, rttMs)
    }
  return { largestMs: largest ?? Number.POSITIVE_INFINITY, leastMs: least ?? 0, rttBeyondMs }
}

/** So many lost probes in a row are asked when the path stopped. */
const WITNESSES = 6

/**
 * R: how long after the first lost probe was sent the path may still have been up, ms. It had stopped before the reply of
 * any lost probe came by, so before the earliest of send + RTT over the first few of them. What their RTTs were nobody
 * knows; the baseline shows how late at worst the earliest of so many consecutive ones is. At most its largest RTT.
 * @param offsetsMs send times of the first lost probes after the first of them
 */
export function reachMs(baseline: ProbeBaseline, offsetsMs: readonly number[], delay: PathDelay): number {
  const { rttsMs } = baseline
  const witnesses = Math.min(offsetsMs.length, WITNESSES)
  let worstMs = 0
  for (let i = 0; i + witnesses <= rttsMs.length; i++) {
    let earliestMs = Number.POSITIVE_INFINITY
    for (let k = 0; k < witnesses; k++)
      earliestMs = Math.min(earliestMs, (offsetsMs[k] ?? 0) + (rttsMs[i + k] ?? Number.POSITIVE_INFINITY))
    if (Number.isFinite(earliestMs)) worstMs = Math.max(worstMs, earliestMs)
  }
  const { largestMs, leastMs, rttBeyondMs } = delay
  const reach = worstMs > 0 ? Math.min(worstMs, largestMs) : largestMs
  // jitter may also arise before the device, so it stays in R
  return rttBeyondMs === null ? reach : Math.min(reach, rttBeyondMs + largestMs - leastMs)
}

/** Answers looked at for the earliest proof that forwarding was back. */
const PROOF_PROBES = 20

/**
 * Latest moment by which forwarding was back, seen from records[from] on: each answer proves that it was when its
 * request crossed, at the latest send + (RTT − least RTT). An answer that waited (ARP, buffer) proves nothing earlier.
 */
export function forwardingBackMs(view: LossView, from: number, delay: PathDelay): number {
  let backMs = Number.POSITIVE_INFINITY
  const to = Math.min(from + PROOF_PROBES, view.end)
  for (let i = from; i < to; i++) {
    const record = view.records[i]
    if (!record || record.rttMs === null || record.status === 'lost') continue
    backMs = Math.min(backMs, record.hiMs + Math.max(0, record.rttMs - delay.leastMs))
  }
  return backMs === Number.POSITIVE_INFINITY ? (view.records[from]?.hiMs ?? backMs) : backMs
}

/**
 * The shortest that an outage over loss periods p…q can have been, ms (MEASUREMENT.md: b' − a' − R − ε; ε is in the
 * bounds of a' and b'). Losses at its edges that may be background are not counted.
 */
export function lowerBoundMs(view: LossView, p: number, q: number, delay: PathDelay): number {
  const first = view.periods[p]
  const last = view.periods[q]
  if (!first || !last || last.to - first.from < view.background.chanceRun) return 0
  const { edgeProbes } = view.background
  const lost = (record: ProbeRecord | undefined) => record?.status === 'lost'
  let start = first.from
  while (start < first.to && !lost(view.records[start])) start++
  let end = last.to
  while (end > last.from && !lost(view.records[end])) end--
  start = Math.min(start + edgeProbes, first.to)
  end = Math.max(end - edgeProbes, last.from)
  const earliestEnd = view.records[end]?.loMs
  const latestStart = view.records[start]?.hiMs
  if (earliestEnd === undefined || latestStart === undefined || start > end) return 0
  const witnesses = view.records.slice(start, Math.min(first.to + 1, start + WITNESSES)).filter(lost)
  const offsetsMs = witnesses.map(({ hiMs }) => hiMs - latestStart)
  return Math.max(0, earliestEnd - latestStart - reachMs(view.baseline, offsetsMs, delay))
}

/**
 * Earliest moment at which an outage that shows from loss period p on can have begun: after the last good probe before
 * it. A few losses shortly before may already have been its first; they count here, and only here.
 */
export function earliestStartMs(view: LossView, p: number): number | null {
  let from = view.periods[p]?.from ?? 0
  for (let q = p - 1; q >= 0; q--) {
    const earlier = view.periods[q]
    if (!earlier || from - earlier.to > RECOVERY_PROBES) break
    from = earlier.from
  }
  const good = previousGood(view, from)
  return good < 0 ? null : (view.records[good]?.loMs ?? null)
}

/**
 * The longest outage that can have passed between two answered probes without being seen, ms: what "no loss" means.
 * Gaps longer than `stallMs` are left out: they are sender stalls, which are reported as such.
 */
export function longestUnseenMs(view: LossView, delay: PathDelay, stallMs: number): number {
  let longest = 0
  for (let i = Math.max(1, view.start); i < view.end; i++) {
    const before = view.records[i - 1]
    const after = view.records[i]
    if (before?.status !== 'answered' || after?.status !== 'answered') continue
    if (after.sendMs - before.sendMs > stallMs) continue
    // a reply printed late, after a stall: the stall is the gap before it
    const stalled = before.sendMs - (view.records[i - 2]?.sendMs ?? before.sendMs) > stallMs
    const sinceMs = stalled ? before.sendMs : before.loMs
    const waitedMs = after.hiMs + Math.max(0, (after.rttMs ?? 0) - delay.leastMs) - sinceMs
    if (waitedMs > longest) longest = Math.max(longest, forwardingBackMs(view, i, delay) - sinceMs)
  }
  return longest
}

/** First good probe after loss period q; null when nothing came back. */
export function firstGoodAfter(view: LossView, q: number): ProbeRecord | null {
  const index = nextGood(view, (view.periods[q]?.to ?? 0) + 1)
  return index < 0 ? null : (view.records[index] ?? null)
}
