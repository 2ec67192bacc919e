import { PROBE_KINDS, type SampleRow } from '@/server/domain/sample'
import type { WindowSeries } from '@/server/domain/views'

/** A reply may still come within this time (the Forwarding Delay Threshold); later it is impaired anyway. */
const SETTLED_MS = 2000
/** Without a later answer, an unanswered probe is shown as lost after this time. */
const OVERDUE_MS = 250

type Unanswered = { seq: number; stampMs: number }
type Segment = { firstSeq: number; lastSeq: number; firstMs: number; lastMs: number; lost: number }

export type LiveLoss = { fromMs: number; toMs: number; lost: number; open: boolean }

/** The last line of a probe, for the readout. */
export type LastProbe = { index: number; seq: number | null; rttMs: number | null; kind: string; lost: number }

const after = (a: number, b: number) => ((a - b + 65_536) & 0xffff) < 0x8000

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
  #previous: Unanswered | null = null
  #pending = new Map<number, number>()
  #settled: Segment[] = []
  #settledLost = 0
  #last: Omit<LastProbe, 'lost'> | null = null

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

  #take(index: number, row: SampleRow): void {
    this.lastIndex = index
    const kind = PROBE_KINDS[row[0] ?? -1] ?? 'other'
    const stampMs = row[1] ?? null
    const seq = row[2] ?? null
    const rttMs = row[3] ?? null
    this.#last = { index, seq, rttMs, kind }
    if (stampMs === null) return
    this.#newestMs = Math.max(this.#newestMs, stampMs)
    if (kind === 'reply' && seq !== null) this.#reply(seq, stampMs - (rttMs ?? 0), rttMs ?? 0)
    else if ((kind === 'no-answer' || kind === 'unreachable') && seq !== null) this.#pending.set(seq, stampMs)
    this.#settle()
  }

  #reply(seq: number, sentMs: number, rttMs: number): void {
    this.answered++
    this.#pending.delete(seq)
    const previous = this.#previous
    const gap = previous ? sentMs - previous.stampMs : 0
    if (previous && ((seq - previous.seq + 65_536) & 0xffff) === 1 && gap > 0) {
      this.#spacingMs += (gap - this.#spacingMs) * 0.05
    }
    this.#previous = { seq, stampMs: sentMs }
    if (this.#newestReply === null || after(seq, this.#newestReply)) this.#newestReply = seq
    this.sendMs.push(sentMs)
    this.rttMs.push(rttMs)
  }

  #settle(): void {
    for (const [seq, stampMs] of this.#pending) {
      if (stampMs > this.#newestMs - SETTLED_MS) return
      this.#pending.delete(seq)
      this.#settledLost++
      extend(this.#settled, seq, stampMs)
    }
  }

  #overdue(): Unanswered[] {
    const found: Unanswered[] = []
    for (const [seq, stampMs] of this.#pending) {
      const answeredLater = this.#newestReply !== null && after(this.#newestReply, seq)
      if (answeredLater || stampMs < this.#newestMs - OVERDUE_MS) found.push({ seq, stampMs })
    }
    return found
  }

  get last(): LastProbe | null {
    return this.#last ? { ...this.#last, lost: this.#settledLost + this.#overdue().length } : null
  }

  /** From the last answered probe before to the first one after, as far as they are known. */
  losses(): LiveLoss[] {
    const segments = this.#settled.map((s) => ({ ...s }))
    for (const { seq, stampMs } of this.#overdue()) extend(segments, seq, stampMs)
    const half = this.#spacingMs / 2
    const losses: LiveLoss[] = []
    for (const segment of segments) {
      const before = this.sendMs[lowerBound(this.sendMs, segment.firstMs - half) - 1]
      const next = this.sendMs[lowerBound(this.sendMs, segment.lastMs - half)]
      const fromMs = before ?? segment.firstMs - this.#spacingMs
      const same = losses.at(-1)
      // A thinned window leaves out sequence numbers in the middle of an outage.
      if (same?.fromMs === fromMs) Object.assign(same, { lost: same.lost + segment.lost, toMs: next ?? this.#newestMs })
      else losses.push({ fromMs, toMs: next ?? this.#newestMs, lost: segment.lost, open: next === undefined })
    }
    return losses
  }

  /** Starts again from a stored window, then adds what came after it. */
  static from(window: WindowSeries, later: Iterable<readonly [number, SampleRow]> = []): ProbeTrack {
    const track = new ProbeTrack()
    window.rows.forEach((row, i) => {
      track.#take(window.indexes[i] ?? i, row)
    })
    track.lastIndex = Math.max(track.lastIndex, window.lastIndex ?? -1)
    for (const [index, row] of later) track.push(index, row)
    return track
  }
}

function extend(segments: Segment[], seq: number, stampMs: number): void {
  const last = segments.at(-1)
  if (last && ((seq - last.lastSeq + 65_536) & 0xffff) === 1) {
    last.lastSeq = seq
    last.lastMs = stampMs
    last.lost++
  } else segments.push({ firstSeq: seq, lastSeq: seq, firstMs: stampMs, lastMs: stampMs, lost: 1 })
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
