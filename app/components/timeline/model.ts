import type { NodeState } from '@/server/domain/cluster'
import type { StepOutcome } from '@/server/domain/event'

/** A stretch of the one time axis: epoch ms on the clock that the lanes share. */
export type Span = { fromMs: number; toMs: number }

export type StepSpan = Span & { id: string; title: string; outcome: StepOutcome | null }

/** Steps of a scenario on one host, none of which lies on another. */
export type HostLane = { id: string; label: string; steps: StepSpan[] }

export type LaneState = NodeState | 'no-answer'

/** `sinceMs` is the interval in which the state was entered; a poll cannot say it sharper. */
export type StateSegment = Span & { state: LaneState; since: Span | null }

export type StateLane = { id: string; node: string; redundancyGroup: number; segments: StateSegment[] }

/** A stretch without answers. `text` is its length, "…" while it goes on. */
export type LossSpan = Span & { text: string; lost: number; open: boolean }

export type ProbeLane = { stream: string; title: string; answered: Span | null; losses: LossSpan[]; stalls: Span[] }

export type Point = readonly [ms: number, value: number | null]

/** At most some 800 points; null breaks the line. */
export type Series = { stream: string; title: string; points: readonly Point[] }

/** `labels` from the longest to the shortest: the first one that has room is shown. */
export type Marker = { id: string; atMs: number; labels: string[]; kind: 'fault' | 'state' | 'recovered' }

export type TimelineModel = {
  span: Span
  origin: { ms: number; kind: 'T0' | 'start' }
  steps: StepSpan[]
  /** Where the run is one of a scenario. */
  hosts?: HostLane[]
  states: StateLane[]
  probes: ProbeLane[]
  markers: Marker[]
  markerRows: number
  rtt: Series[]
  traffic: Series[]
  /** Samples still come. */
  growing?: boolean
}
