import type { Ending, Verdict } from '@/server/domain/run'

/** What one criterion must say; a list where more than one answer is right, and then `why` says when which. */
export type Expected = Verdict | readonly Verdict[]

/**
 * One run of a case with a switch on, as reviewed: by its criteria's ids, and why it must be so. `params`: beyond those
 * that the case is run with.
 */
export type Vector = {
  why: string
  ending: Ending
  criteria: Record<string, Expected>
  params?: Record<string, unknown>
  /** What its message must name. */
  says?: RegExp
  /** How long after the beginning of the step in which it ends that must be known, ms. */
  foundWithinMs?: number
}

export const each = (criteria: readonly string[], verdict: Expected): Record<string, Expected> =>
  Object.fromEntries(criteria.map((id) => [id, verdict]))

/** A completed run in which all pass but `others`. */
export const vector = (why: string, criteria: readonly string[], others: Record<string, Expected> = {}): Vector => ({
  why,
  ending: 'completed',
  criteria: { ...each(criteria, 'pass'), ...others },
})

/** Stopped in its preflight: nothing was done, so nothing can be said. */
export const stopped = (why: string, criteria: readonly string[]): Vector => ({
  why,
  ending: 'error',
  criteria: each(criteria, 'inconclusive'),
})

/** A switch that does nothing to a case. */
export const undisturbed = (criteria: readonly string[]): Vector =>
  vector('It does nothing to a cluster that nobody disturbs.', criteria)
