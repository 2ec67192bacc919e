import type { RunEvent } from './event'
import type { Lab } from './lab'
import type { SampleRow } from './sample'

/** All that was stored of one run: what a case judges, and judges again. */
export type RunEvidence = {
  lab: Lab
  params: Record<string, unknown>
  events: readonly RunEvent[]
  /** Stream id -> rows in index order. */
  streams: ReadonlyMap<string, readonly SampleRow[]>
}
