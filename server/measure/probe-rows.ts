import { PROBE_KINDS, type ProbeKind, type SampleRow } from '../domain/sample'

/** Every stamp that ping printed about one sequence number; NaN where it printed none. Epoch ms, ms. */
export type SequenceMarks = {
  /** First line that named this sequence or a later one. */
  firstMentionMs: number[]
  /** "no answer yet": printed just before the next probe was sent. */
  noAnswerMs: number[]
  /** The first reply: when it was printed, and its round trip. */
  replyMs: number[]
  rttMs: number[]
  duplicates: number[]
  reordered: boolean[]
}

const SEQUENCE_SPACE = 65_536

/** A jump further ahead than this is a damaged line, not a loss: ping names every sequence that it sends. */
const MAX_JUMP = 4096

const kindOf = (code: number | null | undefined): ProbeKind => PROBE_KINDS[code ?? -1] ?? 'other'

/**
 * Joins the lines of one ping run by unwrapped sequence (icmp_seq wraps at 65536). Append-only and cheap: rows may come
 * one by one, live.
 */
export class ProbeRows {
  readonly marks: SequenceMarks = {
    firstMentionMs: [],
    noAnswerMs: [],
    replyMs: [],
    rttMs: [],
    duplicates: [],
    reordered: [],
  }
  /** Unwrapped sequence of index 0. */
  base = 0
  /** The latest stamp printed; −Infinity before the first. */
  lastStampMs = Number.NEGATIVE_INFINITY
  /** Rows that could not belong here (a sequence out of all order, no stamp). */
  ignoredRows = 0
  /** ICMP errors were printed: something else than replies woke the sender up. */
  sawErrors = false
  private highestAnswered = -1

  get length(): number {
    return this.marks.firstMentionMs.length
  }

  append(rows: readonly SampleRow[]): void {
    for (const [code, stampMs, seq, rttMs] of rows) {
      const index = Number.isFinite(stampMs) && Number.isInteger(seq) ? this.indexOf(seq ?? 0, stampMs ?? 0) : null
      if (index === null) this.ignoredRows++
      else this.mark(index, kindOf(code), stampMs ?? 0, rttMs ?? null)
    }
  }

  private indexOf(seq: number, stampMs: number): number | null {
    if (this.length === 0) {
      this.base = seq
      this.grow(0, stampMs)
      return 0
    }
    const highest = this.base + this.length - 1
    const ahead = ((((seq - highest) % SEQUENCE_SPACE) + SEQUENCE_SPACE * 1.5) % SEQUENCE_SPACE) - SEQUENCE_SPACE / 2
    const index = this.length - 1 + ahead
    if (index < 0 || ahead > MAX_JUMP) return null
    this.grow(index, stampMs)
    return index
  }

  private grow(index: number, stampMs: number): void {
    const { marks } = this
    while (this.length <= index) {
      marks.firstMentionMs.push(stampMs)
      marks.noAnswerMs.push(Number.NaN)
      marks.replyMs.push(Number.NaN)
      marks.rttMs.push(Number.NaN)
      marks.duplicates.push(0)
      marks.reordered.push(false)
    }
  }

  private mark(index: number, kind: ProbeKind, stampMs: number, rttMs: number | null): void {
    const { marks } = this
    this.lastStampMs = Math.max(this.lastStampMs, stampMs)
    if (kind === 'no-answer') marks.noAnswerMs[index] = stampMs
    else if (kind === 'unreachable' || kind === 'other') this.sawErrors = true
    else if (!Number.isNaN(marks.replyMs[index])) marks.duplicates[index] = (marks.duplicates[index] ?? 0) + 1
    else {
      marks.replyMs[index] = stampMs
      marks.rttMs[index] = rttMs ?? Number.NaN
      // RFC 4737 §3: reordered is the packet that comes after one with a higher sequence
      marks.reordered[index] = index < this.highestAnswered
      this.highestAnswered = Math.max(this.highestAnswered, index)
    }
  }
}
