import { rttRoundingMs } from './probe-rounding'
import type { ProbeRows } from './probe-rows'
import { quantileOf } from './statistics'

/** When each probe of a window was sent, by index from `first`: certain bounds and the best single value. Epoch ms. */
export type SendTimes = {
  first: number
  loMs: number[]
  hiMs: number[]
  sendMs: number[]
  /** What one userland stamp may be off, ms: p99 of what this recording shows. */
  stampNoiseMs: number
}

/** No stamp is believed to be better than this, ms: `-O` stamps precede the send by up to 0.1 (recorded, see fixtures). */
const MIN_NOISE_MS = 0.1

/** iputils counts elapsed time in truncated ms, so once a second a probe leaves up to 1 ms early (ping_common.c, pinger). */
const EARLY_SEND_MS = 1.2

/** ping with replies outstanding sleeps this long, whatever shorter interval was asked (MININTERVAL). */
const POLL_MS = 10

const isSet = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value)

/** Stamp of "no answer yet" for the probe before: the moment just before this one was sent. */
const sentAfter = (rows: ProbeRows, i: number): number | undefined => {
  const stamp = rows.marks.noAnswerMs[i - 1]
  return isSet(stamp) ? stamp : undefined
}

/** Latest moment at which i can have been sent, from its own lines: receive − RTT, and before its own "no answer yet". */
function rawLatest(rows: ProbeRows, i: number): number {
  const { replyMs, rttMs, noAnswerMs } = rows.marks
  const reply = replyMs[i]
  const rtt = rttMs[i]
  const bySelf = isSet(reply) ? (isSet(rtt) ? reply - rtt + rttRoundingMs(rtt) : reply) : Number.POSITIVE_INFINITY
  const own = noAnswerMs[i]
  return isSet(own) ? Math.min(bySelf, own) : bySelf
}

type Texture = { noiseMs: number; answeredMs: number; silentFloorMs: number }

/** What the recording itself says of its stamps and spacings. */
function textureOf(rows: ProbeRows, first: number): Texture {
  const lags: number[] = []
  const answered: number[] = []
  const silent: number[] = []
  for (let i = first + 1; i < rows.length; i++) {
    const before = sentAfter(rows, i)
    const latest = rawLatest(rows, i)
    const replied = isSet(rows.marks.replyMs[i])
    if (before !== undefined) {
      if (replied) lags.push(Math.max(0, latest - before))
      const own = rows.marks.noAnswerMs[i]
      if (isSet(own)) silent.push(own - before)
    } else if (replied && isSet(rows.marks.replyMs[i - 1])) answered.push(latest - rawLatest(rows, i - 1))
  }
  const usual = quantileOf(answered, 0.1) ?? 0
  const shortfalls = answered.map((gap) => Math.max(0, usual - gap))
  const answeredMs = quantileOf(answered, 0.5) ?? quantileOf(silent, 0.5) ?? 0
  const shortest = answered.length > 0 ? answered : silent
  const early = Math.max(0, (quantileOf(shortest, shortest.length < 100 ? 0 : 0.01) ?? 0) - EARLY_SEND_MS)
  const sleepsFully = silent.length > 0 && answered.length > 0 && answeredMs < POLL_MS
  return {
    noiseMs: Math.max(MIN_NOISE_MS, quantileOf(lags, 0.99) ?? 0, quantileOf(shortfalls, 0.99) ?? 0),
    answeredMs,
    // an ICMP error wakes ping up, and longer sleeps are rounded to ticks
    silentFloorMs:
      sleepsFully && !rows.sawErrors ? Math.max(early, (quantileOf(silent, 0) ?? 0) - MIN_NOISE_MS) : early,
  }
}

/**
 * Send-time bounds of every probe from index `first` on. By ping's own order of things (-O, one thread):
 * - "no answer yet for i−1" is printed just before i is sent, so it bounds i from below to within a tenth of a ms;
 * - without it the reply to i−1 had been printed before i was sent;
 * - receive − RTT bounds i from above (the stamp is taken when printing, the RTT by the kernel's receive time);
 * - a late print shows as a spacing longer than usual, so its excess widens the lower bound.
 * @param textureFrom what the recording's stamps are worth is read from here on
 */
export function sendTimes(rows: ProbeRows, first: number, textureFrom = first): SendTimes {
  const texture = textureOf(rows, textureFrom)
  const count = rows.length - first
  const result: SendTimes = {
    first,
    loMs: new Array<number>(count),
    hiMs: new Array<number>(count),
    sendMs: new Array<number>(count),
    stampNoiseMs: texture.noiseMs,
  }
  for (let k = count - 1; k >= 0; k--) result.hiMs[k] = latestSend(rows, first + k, texture, result.hiMs[k + 1])
  for (let k = 0; k < count; k++) earliestSend(rows, k, texture, result)
  return result
}

function latestSend(rows: ProbeRows, i: number, { noiseMs, silentFloorMs }: Texture, next: number | undefined): number {
  const own = rows.marks.noAnswerMs[i]
  let latest = Math.min(rawLatest(rows, i), next ?? Number.POSITIVE_INFINITY)
  if (!isSet(rows.marks.replyMs[i])) {
    const before = sentAfter(rows, i)
    if (isSet(own)) latest = Math.min(latest, own - silentFloorMs)
    if (before !== undefined) latest = Math.max(before, Math.min(latest, before + noiseMs))
  }
  return Number.isFinite(latest) ? latest : (rows.marks.firstMentionMs[i] ?? latest)
}

function earliestSend(rows: ProbeRows, k: number, { noiseMs, answeredMs }: Texture, times: SendTimes): void {
  const i = times.first + k
  const latest = times.hiMs[k] ?? 0
  const before = sentAfter(rows, i)
  const previousReply = rows.marks.replyMs[i - 1]
  const answered = isSet(rows.marks.replyMs[i])
  const previousLatest = times.hiMs[k - 1]
  const floor = before ?? (isSet(previousReply) ? previousReply : (times.loMs[k - 1] ?? Number.NEGATIVE_INFINITY))
  const excess = previousLatest === undefined ? 0 : Math.max(0, latest - previousLatest - answeredMs)
  const byReply = answered ? latest - noiseMs - excess : Number.NEGATIVE_INFINITY
  const earliest = Math.min(latest, before ?? Math.max(floor, byReply))
  times.loMs[k] = Number.isFinite(earliest) ? earliest : latest - answeredMs
  // a lost probe after an answered one left one usual spacing later; all others are known by a stamp of their own
  const expected = Math.min(latest, Math.max(earliest, (times.sendMs[k - 1] ?? latest) + answeredMs))
  times.sendMs[k] = before === undefined ? (answered ? latest : expected) : Math.min(latest, before)
}
