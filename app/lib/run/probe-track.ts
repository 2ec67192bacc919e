import { PROBE_KINDS, type SampleRow } from '@/server/domain/sample'
import type { WindowSeries } from '@/server/domain/views'

/** A reply may still come within this time (the Forwarding Delay Threshold); later it is impaired anyway. */
const SETTLED_MS = 2000
/** Without a later answer, an unanswered probe is shown as lost after this time. */
const OVERDUE_MS = 250

/** `joined`: nothing was answered since the one before, so that all between them are lost, too. */
type Unanswered = { seq: number; stampMs: number; joined: boolean }
type Segment = { lastSeq: number; firstMs: number; lastMs: number; lost: number }

export type LiveLoss = { fromMs: number; toMs: number; lost: number; open: boolean }

/** The last line of a probe, for the readout; `rttMs` of the newest answer, null when none comes any more. */
export type LastProbe = { index: number; seq: number | null; rttMs: number | null; lost: number }

/** icmp_seq wraps at 65536. */
const distance = (from: number, to: number) => (to - from + 65_536) & 0xffff
const after = (a: number, b: number) => distance(b, a) < 0x8000

/**
 * One probe stream as far as it came, on the probe host's clock. Rows are pushed once each, by index; what it says of
 * loss is provisional, since a probe in flight and a lost one look alike. The report judges with everything stored.
 */
export class ProbeTrack {
  lastIndex = -1
  /** Rows are missing between what came before and after: the window must be fetched. */
  hole = false
  answered = 0
  sendMs: number[] = []
  rttMs: number[] = []
  #newestMs = 0
  #newestReply: number | null = null
  #spacingMs = 5
  #previous: { seq: number; sentMs: number } | null = null
  #pending = new Map<number, Unanswered>()
  #settled: Segment[] = []
  #settledLost = 0
  #last: { index: number; seq: number | null } | null = null
  #newestReplyMs = 0

  get newestMs(): number {
    return this.#newestMs
  }

  /** False when the row was already there. */
  push(index: number, row: SampleRow): boolean {
    if (index <= this.lastIndex) return false
    if (index > this.lastIndex + 1) this.hole = true
    this.#take(index, row)
    return true
  }

  #take(index: number, row: SampleRow, joined = false): void {
    this.lastIndex = index
    const kind = PROBE_KINDS[row[0] ?? -1] ?? 'other'
    const stampMs = row[1] ?? null
    const seq = row[2] ?? null
    const rttMs = row[3] ?? null
    this.#last = { index, seq }
    if (stampMs === null) return
    this.#newestMs = Math.max(this.#newestMs, stampMs)
    if (kind === 'reply' && seq !== null) this.#reply(seq, stampMs - (rttMs ?? 0), rttMs ?? 0)
    else if ((kind === 'no-answer' || kind === 'unreachable') && seq !== null)
      this.#pending.set(seq, { seq, stampMs, joined })
    this.#settle()
  }

  #reply(seq: number, sentMs: number, rttMs: number): void {
    this.answered++
    this.#newestReplyMs = sentMs + rttMs
    this.#pending.delete(seq)
    const previous = this.#previous
    const gap = previous ? sentMs - previous.sentMs : 0
    if (previous && distance(previous.seq, seq) === 1 && gap > 0) {
      this.#spacingMs += (gap - this.#spacingMs) * 0.05
    }
    this.#previous = { seq, sentMs }
    if (this.#newestReply === null || after(seq, this.#newestReply)) this.#newestReply = seq
    this.sendMs.push(sentMs)
    this.rttMs.push(rttMs)
  }

  #settle(): void {
    for (const probe of this.#pending.values()) {
      if (probe.stampMs > this.#newestMs - SETTLED_MS) return
      this.#pending.delete(probe.seq)
      this.#settledLost += extend(this.#settled, probe)
    }
  }

  #overdue(): Unanswered[] {
    const found: Unanswered[] = []
    for (const probe of this.#pending.values()) {
      const answeredLater = this.#newestReply !== null && after(this.#newestReply, probe.seq)
      if (answeredLater || probe.stampMs < this.#newestMs - OVERDUE_MS) found.push(probe)
    }
    return found
  }

  get last(): LastProbe | null {
    if (!this.#last) return null
    const silent = this.#newestMs - this.#newestReplyMs > OVERDUE_MS
    const rttMs = silent ? null : (this.rttMs.at(-1) ?? null)
    return { ...this.#last, rttMs, lost: this.#settledLost + this.#overdue().length }
  }

  /** From the last answered probe before to the first one after, as far as they are known. */
  losses(): LiveLoss[] {
    const segments = this.#settled.map((s) => ({ ...s }))
    for (const probe of this.#overdue()) extend(segments, probe)
    const half = this.#spacingMs / 2
    const losses: LiveLoss[] = []
    for (const segment of segments) {
      const before = this.sendMs[lowerBound(this.sendMs, segment.firstMs - half) - 1]
      const next = this.sendMs[lowerBound(this.sendMs, segment.lastMs - half)]
      const fromMs = before ?? segment.firstMs - this.#spacingMs
      const same = losses.at(-1)
      if (same?.fromMs === fromMs) Object.assign(same, { lost: same.lost + segment.lost, toMs: next ?? this.#newestMs })
      else losses.push({ fromMs, toMs: next ?? this.#newestMs, lost: segment.lost, open: next === undefined })
    }
    return losses
  }

  /** Starts again from a stored window, then adds what came after it. */
  static from(window: WindowSeries, later: Iterable<readonly [number, SampleRow]> = []): ProbeTrack {
    const track = new ProbeTrack()
    // A thinned window keeps the first and the last loss of an outage, and no probe that was answered after all.
    const thinned = window.count > window.rows.length
    const isLoss = (row: SampleRow | undefined) => row !== undefined && PROBE_KINDS[row[0] ?? -1] !== 'reply'
    window.rows.forEach((row, i) => {
      track.#take(window.indexes[i] ?? i, row, thinned && isLoss(window.rows[i - 1]))
    })
    track.lastIndex = Math.max(track.lastIndex, window.lastIndex ?? -1)
    for (const [index, row] of later) track.push(index, row)
    return track
  }
}

/** Returns how many lost probes that adds. */
function extend(segments: Segment[], { seq, stampMs, joined }: Unanswered): number {
  const last = segments.at(-1)
  const by = last ? distance(last.lastSeq, seq) : 0
  if (last && (by === 1 || joined)) {
    last.lastSeq = seq
    last.lastMs = stampMs
    last.lost += by
    return by
  }
  segments.push({ lastSeq: seq, firstMs: stampMs, lastMs: stampMs, lost: 1 })
  return 1
}

/** Index of the first element that is not below `value`. */
function lowerBound(sorted: number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
