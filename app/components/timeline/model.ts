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

/** A stretch without answers. `text` is its length, "…" while it goes on; `lost` null: nobody counted. */
export type LossSpan = Span & { text: string; lost: number | null; open: boolean }

export type ProbeLane = { stream: string; title: string; answered: Span | null; losses: LossSpan[]; stalls: Span[] }

/** A stretch in which a link carried the traffic; `isShared`: others did, too, and none of them most of it. */
export type UseSpan = Span & { isShared: boolean }

/** A stretch in which a link was impaired; `text`: what happened on it. */
export type ImpairedSpan = Span & { text: string; isCut: boolean }

/** Which traffic a link of a WAN carried, and what was done to it. */
export type PathLane = { link: string; title: string; about: string; used: UseSpan[]; impaired: ImpairedSpan[] }

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
  /** Of a run on a WAN's links: each link, and the traffic over all of them together. */
  paths: PathLane[]
  gaps: ProbeLane[]
  probes: ProbeLane[]
  markers: Marker[]
  markerRows: number
  rtt: Series[]
  traffic: Series[]
  /** HTTP requests per second, and how long answers took, ms. */
  requests: Series[]
  answers: Series[]
  /** Samples still come. */
  growing?: boolean
}
