import { isNoGap, type Measurement } from './run'

const MINUS = '−'

/** A finite number with fixed decimals and a true minus sign; never "-0". */
function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals)
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text
}

/** Seconds from 1 s on, else ms: one unit for a number and its error, chosen by the number. */
const inSeconds = (ms: number) => Math.abs(ms) >= 999.95

/**
 * A duration: `3.624 s` from 1 s on (3 decimals, i.e. to the ms), `44.0 ms` below (1 decimal), `—` for null.
 */
export function formatMs(ms: number | null): string {
  if (ms === null || Number.isNaN(ms)) return '—'
  if (!Number.isFinite(ms)) return '∞'
  return inSeconds(ms) ? `${fixed(ms / 1000, 3)} s` : `${fixed(ms, 1)} ms`
}

/** A number with its error: `3.624 s (+0.001 / −0.016)`, `44.0 ms (+0.2 / −6.1)`. Errors are rounded up, never away. */
export function formatMeasurement({ ms, plusMs, minusMs }: Pick<Measurement, 'ms' | 'plusMs' | 'minusMs'>): string {
  const [divisor, decimals, unit] = inSeconds(ms) ? [1000, 3, 's'] : [1, 1, 'ms']
  const error = (value: number) => {
    const scale = 10 ** decimals
    return Number.isFinite(value) ? (Math.ceil((value / divisor) * scale - 1e-6) / scale).toFixed(decimals) : '∞'
  }
  return `${fixed(ms / divisor, decimals)} ${unit} (+${error(plusMs)} / ${MINUS}${error(minusMs)})`
}

/** The same of what was measured; a longest gap of 0 says what it means: `no gap ≥ 50.0 ms`. */
export const formatMeasured = (m: Pick<Measurement, 'id' | 'ms' | 'plusMs' | 'minusMs'>): string =>
  isNoGap(m) ? `no gap ≥ ${formatMs(m.plusMs)}` : formatMeasurement(m)

/** How much longer or shorter something is, with its error: `+1.132 s (+0.002 / −0.017)`, `−44.0 ms (+0.2 / −6.1)`. */
export function formatDifference(difference: Pick<Measurement, 'ms' | 'plusMs' | 'minusMs'>): string {
  const text = formatMeasurement(difference)
  return /^[0.]+ /.test(text) || text.startsWith(MINUS) ? text : `+${text}`
}

/** An interval of durations in one unit: `3.608–3.625 s`; an open end reads `≥ 3.608 s`. */
export function formatRange(lowerMs: number, upperMs: number | null): string {
  if (upperMs === null) return `≥ ${formatMs(lowerMs)}`
  const [divisor, decimals, unit] = inSeconds(upperMs) ? [1000, 3, 's'] : [1, 1, 'ms']
  return `${fixed(lowerMs / divisor, decimals)}–${fixed(upperMs / divisor, decimals)} ${unit}`
}

/** A limit or another exact duration, without needless decimals: `5 s`, `250 ms`, `1.5 s`. */
export const formatLimit = (ms: number): string =>
  inSeconds(ms) ? `${Number((ms / 1000).toFixed(3))} s` : `${Number(ms.toFixed(3))} ms`

/** An instant for whoever reads it wherever: `2026-11-26 21:00:00 UTC`. */
export const formatUtc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const BIT_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']

/** A rate with three significant digits, decimal prefixes: `18.4 Gbit/s`, `0 bit/s`, `—` for null. */
export function formatBitPerS(bitPerS: number | null): string {
  if (bitPerS === null || !Number.isFinite(bitPerS)) return '—'
  let value = Math.abs(bitPerS)
  let unit = 0
  while (value >= 999.5 && unit < BIT_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const decimals = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${fixed(bitPerS < 0 ? -value : value, decimals)} ${BIT_UNITS[unit]}`
}

/** A clock's offset: `+1.2 ± 0.4 ms` (host minus app). */
export const formatOffset = (offsetMs: number, errorMs: number): string =>
  `${offsetMs < 0 ? '' : '+'}${fixed(offsetMs, 1)} ± ${fixed(errorMs, 1)} ms`
