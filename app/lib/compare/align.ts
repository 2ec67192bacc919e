import { outageLanes } from '@/app/components/timeline/merge'
import type { PathLane, ProbeLane, Span, StateLane, TimelineModel } from '@/app/components/timeline/model'
import { type EventInput, eventModel, faultMs, sampleModel } from '@/app/lib/run/timeline-model'
import type { Tracks } from '@/app/lib/run/tracks'
import { wanModel } from '@/app/lib/run/wan-lanes'
import type { RunDetail } from '@/server/domain/detail'
import { measuredFault } from '@/server/domain/fault'
import { statedBy } from '@/server/domain/stamped'
import type { AnyPublicLab } from '@/server/domain/views'

/** `tracks` of the whole run, as far as they were read. */
export type AlignInput = { detail: RunDetail; tracks: Tracks; lab: AnyPublicLab | null; nowMs: number }

/** One run on the common axis: ms from its own T0. */
export type AlignedRun = {
  id: string
  detail: RunDetail
  hasT0: boolean
  /** How long the interval is in which T0 lies, ms; null without T0. */
  t0WithinMs: number | null
  states: StateLane[]
  /** Of a run on a WAN's links. */
  paths: PathLane[]
  /** Of the traffic over all its links; else empty. */
  gaps: ProbeLane[]
  probes: ProbeLane[]
}

export type Aligned = { runs: AlignedRun[]; model: TimelineModel }

const shift = <T extends Span>(span: T, byMs: number): T => ({
  ...span,
  fromMs: span.fromMs - byMs,
  toMs: span.toMs - byMs,
})

const shiftStates = (lane: StateLane, byMs: number): StateLane => ({
  ...lane,
  segments: lane.segments.map((s) => ({ ...shift(s, byMs), since: s.since && shift(s.since, byMs) })),
})

const shiftPath = (lane: PathLane, byMs: number): PathLane => ({
  ...lane,
  used: lane.used.map((span) => shift(span, byMs)),
  impaired: lane.impaired.map((span) => shift(span, byMs)),
})

const shiftProbe = (lane: ProbeLane, byMs: number): ProbeLane => ({
  ...lane,
  answered: lane.answered && shift(lane.answered, byMs),
  losses: lane.losses.map((loss) => shift(loss, byMs)),
  stalls: lane.stalls.map((stall) => shift(stall, byMs)),
})

/** Data traffic's own group; RG0 is the control plane's. */
const USUAL_GROUP = 1

/** The lanes of the group that was the last to get a new primary after T0; RG1 on a tie or without any move. */
export function worstGroup(lanes: readonly StateLane[], t0Ms: number | null): StateLane[] {
  const groups = [...new Set(lanes.map((lane) => lane.redundancyGroup))]
  const movedMs = (group: number) =>
    Math.max(
      ...lanes
        .filter((lane) => lane.redundancyGroup === group)
        .flatMap((lane) => lane.segments)
        .filter((s) => t0Ms !== null && s.state === 'primary' && s.since !== null && s.fromMs >= t0Ms)
        .map((s) => s.fromMs),
      Number.NEGATIVE_INFINITY,
    )
  const rank = (a: number, b: number) =>
    movedMs(b) - movedMs(a) || Number(b === USUAL_GROUP) - Number(a === USUAL_GROUP) || a - b
  const [worst] = groups.sort(rank)
  return lanes.filter((lane) => lane.redundancyGroup === worst)
}

/** Crossing probes where it is known which cross, else all. */
function crossing(lanes: ProbeLane[], { report }: RunDetail, lab: AnyPublicLab | null): ProbeLane[] {
  const known = new Map(lab?.targets.map((t) => [`probe:${t.id}`, t.crossesCluster]))
  for (const probe of report?.probes ?? []) known.set(probe.stream, probe.crossesCluster)
  return lanes.filter(({ stream }) => known.get(stream) ?? true)
}

/**
 * Runs on one axis in ms, 0 at each one's T0. A run without T0 begins where the axis does; when none has one, all begin
 * at 0 and the axis counts from there.
 */
export function align(inputs: readonly AlignInput[]): Aligned {
  const placed = inputs.map(({ detail, tracks, lab, nowMs }) => {
    const given: EventInput = { detail, tracks, lab, nowMs, reserve: false }
    const { span, states } = eventModel(given)
    const { probes } = sampleModel({ detail, tracks, whole: tracks, lab, reserve: false, version: 0 })
    const t0Ms = faultMs(detail)
    const { paths, gaps } = wanModel({ detail, tracks, lab, untilMs: detail.summary.endedAt ?? nowMs, reserve: false })
    const own = { states: worstGroup(states, t0Ms), paths, gaps, probes: crossing(probes, detail, lab) }
    return { detail, span, t0Ms, ...own }
  })
  const withT0 = placed.flatMap(({ span, t0Ms }) => (t0Ms === null ? [] : [shift(span, t0Ms)]))
  const startMs = withT0.length > 0 ? Math.min(...withT0.map((s) => s.fromMs)) : 0
  const runs = placed.map(({ detail, span, t0Ms, states, paths, gaps, probes }): AlignedRun => {
    const byMs = t0Ms ?? span.fromMs - startMs
    const fault = measuredFault(detail.faults)
    const t0 = fault && statedBy(fault, detail.context?.clocks).interval
    return {
      id: detail.summary.id,
      detail,
      hasT0: t0Ms !== null,
      t0WithinMs: t0 ? t0.toMs - t0.fromMs : null,
      states: states.map((lane) => shiftStates(lane, byMs)),
      paths: paths.map((lane) => shiftPath(lane, byMs)),
      gaps: gaps.map((lane) => shiftProbe(lane, byMs)),
      probes: probes.map((lane) => shiftProbe(lane, byMs)),
    }
  })
  const ends = placed.map(({ span, t0Ms }) => span.toMs - (t0Ms ?? span.fromMs - startMs))
  return {
    runs,
    model: {
      span: { fromMs: startMs, toMs: Math.max(startMs + 1000, ...ends) },
      origin: { ms: 0, kind: withT0.length > 0 ? 'T0' : 'start' },
      steps: [],
      states: runs.flatMap((run) => run.states),
      paths: [],
      gaps: [],
      probes: runs.filter(({ hasT0 }) => hasT0 || withT0.length === 0).flatMap(outageLanes),
      markers: withT0.length > 0 ? [{ id: 't0', atMs: 0, labels: ['T0 of each run', 'T0'], kind: 'fault' }] : [],
      markerRows: 1,
      rtt: [],
      traffic: [],
      requests: [],
      answers: [],
    },
  }
}
