import type { RunEvent } from './event'
import type { AnyLab, Lab } from './lab'
import type { SampleRow } from './sample'

/** All that was stored of one run: what a case judges, and judges again. */
export type RunEvidence<L extends AnyLab = Lab> = {
  lab: L
  params: Record<string, unknown>
  events: readonly RunEvent[]
  /** Stream id -> rows in index order. */
  streams: ReadonlyMap<string, readonly SampleRow[]>
}
