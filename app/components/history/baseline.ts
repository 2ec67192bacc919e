import type { TrendPoint } from '@/server/domain/views'

/** The median Failover Time of the runs that passed; null below three of them: two runs are no baseline. */
export function baseline(points: readonly TrendPoint[]): number | null {
  const values = points
    .filter((p) => p.verdict === 'pass')
    .map((p) => p.failoverTime.ms)
    .sort((a, b) => a - b)
  if (values.length < 3) return null
  const middle = values.length >> 1
  const upper = values[middle] ?? 0
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2
}
