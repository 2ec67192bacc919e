import { withoutPrefix } from '../domain/address'
import type { EventBody, RunEvent } from '../domain/event'
import type { RunEvidence } from '../domain/evidence'
import { measuredFault } from '../domain/fault'
import type { Interval } from '../domain/ids'
import type { Lab, Reth, Target } from '../domain/lab'
import { placeName } from '../domain/place'
import type { Measurement, RunContext } from '../domain/run'
import { probeStreams } from '../domain/sample'
import { countGarp, type GarpCount, requestGap } from './capture-gap'
import { type ClockStep, clockSteps, contextOf } from './clock-steps'
import { doneOn, moveInterval } from './clocks'
import { wasCutOff } from './cut-off'
import { type Headline, headlineOf } from './failover-time'
import { analyseProbe, type ProbeAnalysis } from './probe-analysis'
import { type SessionFate, sessionFates } from './sessions'
import { becamePrimary, detectionTime } from './state-timeline'

export type FaultEvent = Extract<EventBody, { kind: 'fault-injected' }>
type Node = Lab['cluster']['nodes'][number]

/** What is measured from T0 on, by the kind of the fault (RFC 6414). */
const TIMES = {
  failover: { id: 'failoverTime', title: 'Failover Time' },
  reversion: { id: 'reversionTime', title: 'Reversion Time' },
} as const

/**
 * A redundancy group's way to the backup, for each that is to move: the interval (app clock) in which it became primary;
 * null: it never did.
 */
export type Takeover = { redundancyGroup: number; interval: Interval | null; detection: Measurement | null }

/** The requests of one target as captured on the far side. */
export type CapturedTarget = { target: Target; gap: ReturnType<typeof requestGap> }

/** Everything that criteria judge, computed from stored evidence only. */
export type Analysis = {
  evidence: RunEvidence
  /** Without the clocks that were set meanwhile. */
  context: RunContext | null
  clockSteps: ClockStep[]
  /** The first fault that is measured; null when none was injected. */
  fault: FaultEvent | null
  /** T0 on the app's clock, its offset's error included; null when it is not known there. */
  t0App: Interval | null
  /** Who is primary when the fault comes, and who is to take over: in a reversion the node that has come back. */
  primary: Node
  backup: Node
  probes: ProbeAnalysis[]
  /** The worst probe that crosses the cluster; null without a fault. */
  headline: Headline | null
  /** What the headline states; null when it states nothing. */
  failoverTime: Measurement | null
  takeovers: Takeover[]
  /** null where nobody can see it, or its clock is not known. `cutOff`: the capture broke off, more may have come. */
  garp: { reth: Reth; count: GarpCount | null; cutOff: boolean }[]
  captures: CapturedTarget[]
  sessions: SessionFate[]
  measurements: Measurement[]
}

type Stored<K extends EventBody['kind']> = Extract<RunEvent, { kind: K }>

const byPriority = (lab: Lab) => lab.cluster.nodes.toSorted((a, b) => b.priority - a.priority)

function takeoversOf(
  { lab, events }: RunEvidence,
  backup: Node,
  fault: FaultEvent | null,
  t0App: Interval | null,
): Takeover[] {
  if (!t0App) return []
  const moves = fault?.moves ?? lab.cluster.redundancyGroups.map(({ id }) => id)
  return moves.map((id) => {
    const interval = becamePrimary(events, backup.name, id, t0App.fromMs)
    return {
      redundancyGroup: id,
      interval,
      detection: interval && detectionTime(t0App, interval, `${backup.name} RG${id}`),
    }
  })
}

/**
 * The latest moment by which the backup was primary and forwarding was back for every crossing probe, app clock; null
 * when it is not known.
 */
function recoveredMs(
  probes: readonly ProbeAnalysis[],
  takeovers: readonly Takeover[],
  t0App: Interval,
  context: RunContext | null,
): number | null {
  const crossing = probes.filter(({ target }) => target.crossesCluster)
  const moments = crossing.map(({ target, failover }) => {
    const instant = failover?.finding?.recoveredMs
    if (instant == null) return failover?.finding ? null : t0App.toMs
    const point = { fromMs: instant, toMs: instant }
    return moveInterval(point, placeName(target.from), null, context)?.toMs ?? null
  })
  const taken = takeovers.flatMap(({ interval }) => interval?.toMs ?? [])
  return [...moments, ...taken].reduce<number | null>(
    (worst, ms) => (worst === null || ms === null ? null : Math.max(worst, ms)),
    t0App.toMs,
  )
}

/** Reads a run's evidence; the same evidence always gives the same analysis. */
export function analyse(evidence: RunEvidence): Analysis {
  const { lab, events, streams } = evidence
  const context = contextOf(events)
  const fault =
    measuredFault(events.filter((event): event is Stored<'fault-injected'> => event.kind === 'fault-injected')) ?? null
  const event = fault?.event === 'reversion' ? 'reversion' : 'failover'
  const [better, lesser] = byPriority(lab) as [Node, Node]
  const [primary, backup] = event === 'reversion' ? [lesser, better] : [better, lesser]
  const t0App = fault && doneOn(fault, null, context)
  const t0At = (clock: string) => fault && doneOn(fault, clock, context)
  const probes = lab.targets.flatMap((target) => {
    const rows = probeStreams(target.id)
      .map((stream) => streams.get(stream))
      .filter((each) => each !== undefined)
    return rows.length > 0 ? [analyseProbe(lab, target, rows, { time: TIMES[event], fault, context })] : []
  })
  const takeovers = takeoversOf(evidence, backup, fault, t0App)
  const garp = lab.cluster.reths.map((reth) => {
    const stream = `capture:${reth.name}`
    const rows = streams.get(stream) ?? []
    const t0 = reth.garpObserver && t0At(placeName(reth.garpObserver.at))
    const count = t0 && countGarp(rows, withoutPrefix(reth.vip), t0.fromMs)
    return { reth, count, cutOff: wasCutOff(events, stream) }
  })
  const captures = lab.targets.flatMap((target): CapturedTarget[] => {
    const t0 = target.captureAt && t0At(placeName(target.captureAt.at))
    const rows = streams.get(`capture:${target.id}`)
    return t0 && rows ? [{ target, gap: requestGap(rows, target.address, t0.fromMs, `${target.title}, far side`) }] : []
  })
  const backMs = t0App && recoveredMs(probes, takeovers, t0App, context)
  const roles = {
    primary: primary.name,
    backup: backup.name,
    before: event === 'reversion' ? 'synced' : 'before',
  } as const
  const worst = takeovers
    .flatMap(({ detection }) => detection ?? [])
    .toSorted((a, b) => b.ms + b.plusMs - a.ms - a.plusMs)[0]
  const headline = headlineOf(probes.flatMap(({ failover }) => failover ?? []))
  const { id } = TIMES[event]
  // Without a reversion there is no time to state, however little was lost.
  const happened = event === 'failover' || takeovers.some(({ interval }) => interval !== null)
  const stated = headline?.probe.measurement && happened ? { ...headline.probe.measurement, id } : null
  const byLoss = headline?.probe.packetLoss && happened ? { ...headline.probe.packetLoss, id: `${id}ByLoss` } : null
  const byProbe = probes.flatMap(({ failover }) => failover?.measurement ?? [])
  return {
    evidence,
    context,
    clockSteps: clockSteps(events),
    fault,
    t0App,
    primary,
    backup,
    probes,
    headline,
    failoverTime: stated,
    takeovers,
    garp,
    captures,
    sessions: t0App ? sessionFates(events, streams, roles, backMs ?? Number.POSITIVE_INFINITY) : [],
    measurements: [stated ?? [], byLoss ?? [], byProbe]
      .flat()
      .concat(...captures.flatMap(({ gap }) => gap ?? []), worst ?? []),
  }
}
