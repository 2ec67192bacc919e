import { formatLimit, formatMeasured, formatMs } from '../../domain/format'
import type { Measurement, Quantity } from '../../domain/run'
import type { Judged } from '../define'
import { fail, inconclusive, pass } from './judged'

export const atMost = (ms: number): Quantity => ({ value: ms, unit: 'ms', text: `≤ ${formatLimit(ms)}` })
export const duration = (measurement: Measurement): Quantity => ({
  value: measurement.ms,
  unit: 'ms',
  text: formatMeasured(measurement),
})

/** Pass if the upper bound is within the limit, fail if the lower is above it, else inconclusive (MEASUREMENT.md). */
export function againstLimit(
  bounds: { lowerMs: number; upperMs: number },
  limitMs: number,
  measured: Quantity | null,
  evidence: Judged['evidence'],
): Judged {
  if (bounds.upperMs <= limitMs)
    return pass(`The upper bound, ${formatMs(bounds.upperMs)}, is within the limit.`, measured, evidence)
  if (bounds.lowerMs > limitMs)
    return fail(`Even the lower bound, ${formatMs(bounds.lowerMs)}, is above the limit.`, measured, evidence)
  return inconclusive('The limit lies inside the interval of the measurement.', measured, evidence)
}
