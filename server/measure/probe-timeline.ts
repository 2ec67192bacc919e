import type { SampleRow } from '../domain/sample'
import { ProbeRows } from './probe-rows'
import { type SendTimes, sendTimes } from './send-times'

/** `late`: answered after the Forwarding Delay Threshold. `pending`: still in flight when the recording ends. */
export type ProbeStatus = 'answered' | 'late' | 'lost' | 'pending'

/** One probe: sent within [loMs, hiMs], best guess sendMs (probe host's clock, epoch ms). */
export type ProbeRecord = {
  /** Unwrapped. */
  seq: number
  loMs: number
  hiMs: number
  sendMs: number
  status: ProbeStatus
  rttMs: number | null
  duplicates: number
  reordered: boolean
}

/** Probes in the order of sending, and how exact their stamps are. */
export type ProbeTimeline = {
  records: ProbeRecord[]
  /** ε of one userland stamp, ms; it is inside the records' bounds. */
  stampNoiseMs: number
  /** The last stamp printed, epoch ms; −Infinity when there is none. */
  endMs: number
  /** Rows that fitted nowhere: a damaged recording. */
  ignoredRows: number
  forwardingDelayThresholdMs: number
}

export type TimelineOptions = {
  /** Only probes that were sent from here on (epoch ms, probe host's clock); all by default. */
  fromMs?: number
  /** For a look while the run is on: bounds from the latest probes' texture only. Not for a statement. */
  live?: boolean
  /** RFC 6412 Forwarding Delay Threshold, ms; 2000 by default. */
  forwardingDelayThresholdMs?: number
}

/** Waited for an answer at the end of a recording before a probe counts as lost: twice the longest RTT, and this (ms). */
const IN_FLIGHT_MARGIN_MS = 20

/** So many probes tell a live look what stamps and spacings are like. */
const LIVE_TEXTURE_PROBES = 500

/** Builds timelines from probe rows that come live: append is O(1) a row, `timeline` linear in what it returns. */
export class ProbeTimelineBuilder {
  private readonly rows = new ProbeRows()

  /** @param rows SAMPLE_COLUMNS.probe, in the order in which ping printed them */
  append(rows: readonly SampleRow[]): void {
    this.rows.append(rows)
  }

  timeline(options: TimelineOptions = {}): ProbeTimeline {
    const { rows } = this
    const forwardingDelayThresholdMs = options.forwardingDelayThresholdMs ?? 2000
    const first = options.fromMs === undefined ? 0 : lowerBound(rows.marks.firstMentionMs, options.fromMs)
    const times = sendTimes(rows, first, options.live ? Math.max(first, rows.length - LIVE_TEXTURE_PROBES) : first)
    const waitMs = 2 * longestRttMs(rows, first) + IN_FLIGHT_MARGIN_MS
    const records = times.sendMs.map((_, k) =>
      recordOf(rows, times, k, rows.lastStampMs - waitMs, forwardingDelayThresholdMs),
    )
    const { lastStampMs: endMs, ignoredRows } = rows
    return { records, stampNoiseMs: times.stampNoiseMs, endMs, ignoredRows, forwardingDelayThresholdMs }
  }
}

/** The whole timeline of a stored recording. */
export function buildProbeTimeline(rows: readonly SampleRow[], options: TimelineOptions = {}): ProbeTimeline {
  const builder = new ProbeTimelineBuilder()
  builder.append(rows)
  return builder.timeline(options)
}

function recordOf(rows: ProbeRows, times: SendTimes, k: number, decidedMs: number, thresholdMs: number): ProbeRecord {
  const i = times.first + k
  const { replyMs, rttMs, duplicates, reordered } = rows.marks
  const rtt = rttMs[i] ?? Number.NaN
  const hiMs = times.hiMs[k] ?? 0
  const answered = !Number.isNaN(replyMs[i] ?? Number.NaN)
  const unanswered = hiMs > decidedMs ? 'pending' : 'lost'
  return {
    seq: rows.base + i,
    loMs: times.loMs[k] ?? hiMs,
    hiMs,
    sendMs: times.sendMs[k] ?? hiMs,
    status: answered ? (rtt > thresholdMs ? 'late' : 'answered') : unanswered,
    rttMs: Number.isNaN(rtt) ? null : rtt,
    duplicates: duplicates[i] ?? 0,
    reordered: reordered[i] ?? false,
  }
}

function longestRttMs(rows: ProbeRows, first: number): number {
  let longest = 0
  for (let i = first; i < rows.length; i++) {
    const rtt = rows.marks.rttMs[i] ?? Number.NaN
    if (rtt > longest) longest = rtt
  }
  return longest
}

/** First index whose value is not below `from`; values rise (a stepped clock only makes the window a little larger). */
function lowerBound(values: readonly number[], from: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}
