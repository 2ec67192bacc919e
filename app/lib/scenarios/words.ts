import type { Tone } from '@/app/components/ui/badge'
import type { ScenarioAction, StepTime } from '@/server/domain/scenario'
import type { ScheduleState } from '@/server/domain/scenario-views'

/** "0:00", "1:05", "1:00:00": a time of a scenario from its start; tenths of a second only where there are any. */
export function offsetText(ms: number): string {
  const tenths = Math.round(ms / 100)
  const [s, rest] = [Math.floor(tenths / 10), tenths % 10]
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60]
  const minutes = h > 0 ? `${h}:${two(m)}` : String(m)
  return `${minutes}:${two(s % 60)}${rest > 0 ? `.${rest}` : ''}`
}

/** When a step begins and ends, for people. */
export function timeText({ startMs, endMs, isEarliest }: StepTime): string {
  const begin = `${isEarliest ? '≥ ' : ''}${offsetText(startMs)}`
  if (endMs === null) return `${begin} until it ends`
  if (endMs === startMs) return begin
  return isEarliest ? `${begin}, for ${offsetText(endMs - startMs)}` : `${begin}–${offsetText(endMs)}`
}

/** What kind of step it is, in a word or two. */
export const KIND: Record<ScenarioAction['kind'], string> = {
  impair: 'link change',
  'apply-wcfg': 'link change',
  ping: 'ping',
  capture: 'capture',
  'http-load': 'HTTP load',
  throughput: 'iperf3',
  script: 'script',
}

export const SCHEDULE: Record<ScheduleState, { tone: Tone; text: string }> = {
  waiting: { tone: 'running', text: 'waiting' },
  started: { tone: 'neutral', text: 'started' },
  missed: { tone: 'fail', text: 'missed' },
  cancelled: { tone: 'neutral', text: 'cancelled' },
  refused: { tone: 'fail', text: 'refused' },
}

/** What is wrong with the value of a `datetime-local` field; null: it is a time of the reader's own zone. */
export function timeProblem(value: string): string | null {
  const ms = new Date(value).getTime()
  if (!Number.isFinite(ms)) return 'expected a date and a time'
  return localInput(ms).startsWith(value) ? null : 'that hour is left out on that day: the clocks are put forward'
}

/** The value of a `datetime-local` field in the reader's own time zone. */
export function localInput(ms: number): string {
  const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
  return at.toISOString().slice(0, 19)
}
