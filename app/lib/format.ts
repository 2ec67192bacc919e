import { formatLimit, formatMeasured, formatMs } from '@/server/domain/format'
import type { Measurement } from '@/server/domain/run'

/** "3.624 s" */
export const duration = formatMs

/** "3.624 s (+0.001 / −0.016)", "no gap ≥ 50.0 ms" */
export const measurement = formatMeasured

/** The number and its error apart: the one is large, the other stands beside it. */
export function measurementParts(m: Measurement): { value: string; error: string } {
  const [value = '', error = ''] = formatMeasured(m).split(/ (?=[(≥])/)
  return { value, error }
}

/** A limit as engineers write it: "5 s", "500 ms". */
export const limit = formatLimit

/** How long something took or has gone on: "0.4 s", "1:05 min", "2:03:10 h". */
export function elapsed(ms: number): string {
  const s = Math.max(0, ms) / 1000
  if (s < 60) return `${s.toFixed(1)} s`
  const whole = Math.floor(s)
  const two = (n: number) => String(n).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)} min`
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const LONG = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

/** "20 Nov, 09:14:03", in the reader's time zone. */
export const when = (ms: number, nowMs = Date.now()): string =>
  new Date(ms).getFullYear() === new Date(nowMs).getFullYear() ? DAY.format(ms) : DATE.format(ms)

/** With year and zone, for titles. */
export const whenLong = (ms: number): string => LONG.format(ms)

/** "96 B", "1.2 kB", "16.8 MB": powers of 1000. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const at = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  return `${(n / 1000 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at]}`
}

/** "1,234" */
export const count = (n: number): string => n.toLocaleString('en-US')

/** A place of a step in its budget, 0 to 1. */
export const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0)
