import type { Measurement } from '@/server/domain/run'

/** How much longer a measured time is than the reference, ms; the truth lies in [ms − minusMs, ms + plusMs]. */
export type Difference = {
  ms: number
  plusMs: number
  minusMs: number
  /** Zero lies in the interval: no difference was shown. */
  withinError: boolean
}

/**
 * A measured time minus the reference. Both errors are bounds, not deviations, so they add up: the difference is largest
 * when this time is as long and the reference as short as it can be. null when they are not the same kind of time.
 */
export function differenceOf(time: Measurement | null, reference: Measurement | null): Difference | null {
  if (!time || !reference || time.title !== reference.title) return null
  const ms = time.ms - reference.ms
  const plusMs = time.plusMs + reference.minusMs
  const minusMs = time.minusMs + reference.plusMs
  return { ms, plusMs, minusMs, withinError: ms - minusMs <= 0 && ms + plusMs >= 0 }
}
