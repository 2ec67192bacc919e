import { max, mean, min, quantileSorted } from 'simple-statistics'
import type { Statistics } from '../domain/statistics'

/** By way of a typed array: sorted natively, several times a second while a run is on. */
const sorted = (values: readonly number[]): number[] => Array.from(Float64Array.from(values).sort())

/** The p-quantile (0…1) of values in any order; null for an empty list. */
export const quantileOf = (values: readonly number[], p: number): number | null =>
  values.length === 0 ? null : quantileSorted(sorted(values), p)

/** Statistics of a list in any order and any unit; null for an empty list. Percentiles interpolate between ranks. */
export function statisticsOf(values: readonly number[]): Statistics | null {
  if (values.length === 0) return null
  const ordered = sorted(values)
  return {
    count: ordered.length,
    min: min(ordered),
    p1: interpolated(ordered, 0.01),
    median: interpolated(ordered, 0.5),
    mean: mean(ordered),
    p99: interpolated(ordered, 0.99),
    max: max(ordered),
  }
}

/** Linear interpolation between ranks: with the few repeats of a failover test the nearest rank would be min or max. */
function interpolated(ordered: readonly number[], p: number): number {
  const rank = (ordered.length - 1) * p
  const low = ordered[Math.floor(rank)] ?? 0
  const high = ordered[Math.ceil(rank)] ?? low
  return low + (high - low) * (rank - Math.floor(rank))
}
