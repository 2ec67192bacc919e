import recorded from '../recordings/ping-gaps.json'
import type { Random } from './random'

/** Shortest time that ping waits in poll() while something is in flight, ms (iputils MININTERVAL). */
export const MIN_INTERVAL_MS = 10
const TICK_MS = 4

const gapsOf = (table: Record<string, number[]>, intervalMs: number): number[] | undefined => table[String(intervalMs)]

/** Time from one send to the next while every request is answered at once, ms; replayed from a recording. */
export function answeredGapMs(random: Random, intervalMs: number): number {
  const gaps = gapsOf(recorded.replies, intervalMs)
  if (gaps) return random.pick(gaps) / 1000
  return intervalMs < MIN_INTERVAL_MS ? intervalMs + random.uniform(-0.005, 0.005) : jiffies(random, intervalMs)
}

/** Time from one send to the next while nothing is answered, ms. */
export function unansweredGapMs(random: Random, intervalMs: number): number {
  const gaps = gapsOf(recorded.missing, intervalMs)
  if (gaps) return random.pick(gaps) / 1000
  return intervalMs < MIN_INTERVAL_MS ? random.pick(recorded.missing['5']) / 1000 : jiffies(random, intervalMs)
}

/** How late a sleep of a whole number of ms in poll() ends, ms. */
export const wakeUpLateMs = (random: Random): number => random.pick(recorded.missing['5']) / 1000 - MIN_INTERVAL_MS

/** A receive timeout counts kernel ticks and one more; over a quarter of a second the timer wheel is coarser still. */
function jiffies(random: Random, intervalMs: number): number {
  const ticks = Math.ceil(intervalMs / TICK_MS) + 1
  const coarse = ticks > 504 ? 64 : ticks > 63 ? 8 : 1
  return Math.ceil(ticks / coarse) * coarse * TICK_MS + random.uniform(-0.06, 0.06)
}
