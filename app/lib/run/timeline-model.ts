import type {
  LaneState,
  Marker,
  StateLane,
  StateSegment,
  StepSpan,
  TimelineModel,
} from '@/app/components/timeline/model'
import { liveLengthMs } from '@/app/components/timeline/scale'
import type { RunDetail, StepView } from '@/server/domain/detail'
import { measuredFault } from '@/server/domain/fault'
import { isGood } from '@/server/domain/impairment'
import type { AnyPublicLab, PublicLab } from '@/server/domain/views'
import { clusterLab } from '../lab/parts'
import { doneMs, probeClockOffset } from './clocks'
import { hostLanes, isOwn } from './host-lanes'
import { probeLanes, rttSeries } from './probe-lanes'
import type { Tracks } from './tracks'
import { trafficSeries } from './traffic'

export type EventInput = {
  detail: RunDetail
  tracks: Tracks
  lab: AnyPublicLab | null
  nowMs: number
  /** A fault is to come: keep the room of everything that will be drawn. */
  reserve: boolean
}

export type EventModel = Pick<
  TimelineModel,
  'span' | 'origin' | 'steps' | 'hosts' | 'states' | 'markers' | 'markerRows'
>
export type SampleModel = Pick<TimelineModel, 'probes' | 'rtt' | 'traffic' | 'growing'>

/** What the events say, on the app's clock; it changes some times a run. */
export function eventModel({ detail, tracks, lab, nowMs, reserve }: EventInput): EventModel {
  const { summary } = detail
  const startMs = summary.startedAt ?? detail.steps[0]?.startedMs ?? summary.createdAt
  const ended = summary.phase === 'ended'
  const lastMs = Math.max(startMs, ...detail.steps.map((s) => s.endedMs ?? s.startedMs), summary.endedAt ?? 0)
  const toMs = ended ? Math.max(lastMs, startMs + 1000) : startMs + liveLengthMs(Math.max(nowMs, lastMs) - startMs)
  const untilMs = ended ? lastMs : Math.max(nowMs, lastMs)
  const t0 = faultMs(detail)
  return {
    span: { fromMs: startMs, toMs },
    origin: t0 === null ? { ms: startMs, kind: 'start' } : { ms: t0, kind: 'T0' },
    steps: detail.steps.filter(isOwn).map((step) => spanOf(step, untilMs)),
    hosts: hostLanes(detail.steps, (step) => spanOf(step, untilMs)),
    states: stateLanes(detail, tracks, untilMs, reserve ? clusterLab(lab) : null),
    markers: markers(detail, t0, (stream) => probeClockOffset(stream, detail, lab)),
    markerRows: reserve || detail.faults.length > 0 ? 3 : 1,
  }
}

export type SampleInput = {
  detail: RunDetail
  /** For the curves: of the whole run, or of the stretch in view. */
  tracks: Tracks
  /** For what lasts the whole run. */
  whole: Tracks
  lab: AnyPublicLab | null
  reserve: boolean
  /** Tracks grow in place; this tells that they did. */
  version: number
}

/** What the samples say, on the app's clock; it changes ten times a second. */
export function sampleModel({ detail, tracks, whole, lab, reserve }: SampleInput): SampleModel {
  const offset = (stream: string) => probeClockOffset(stream, detail, lab)
  return {
    probes: probeLanes(detail, whole, lab, offset, reserve),
    rtt: rttSeries(tracks, whole, lab, offset, detail.summary.phase !== 'ended'),
    traffic: trafficSeries(whole, lab, reserve),
    growing: detail.summary.phase !== 'ended',
  }
}

/** The middle of T0's interval, moved from the target's clock to the app's. */
export function faultMs(detail: RunDetail): number | null {
  const fault = measuredFault(detail.faults)
  return fault ? doneMs(fault, detail.context) : null
}

const spanOf = ({ id, title, startedMs, endedMs, outcome }: StepView, untilMs: number): StepSpan => ({
  ...{ id, title, outcome },
  ...{ fromMs: startedMs, toMs: endedMs ?? untilMs },
})

/** What each node says of itself; a node that never answered is shown as the other one sees it. */
function stateLanes(detail: RunDetail, tracks: Tracks, untilMs: number, expected: PublicLab | null): StateLane[] {
  const keys = new Map<string, { node: string; redundancyGroup: number }>()
  for (const { id: redundancyGroup } of expected?.cluster.redundancyGroups ?? [])
    for (const { name: node } of expected?.cluster.nodes ?? [])
      keys.set(`${redundancyGroup} ${node}`, { node, redundancyGroup })
  for (const { node, redundancyGroup } of detail.stateChanges)
    keys.set(`${redundancyGroup} ${node}`, { node, redundancyGroup })
  const lanes = [...keys.values()].sort((a, b) => a.redundancyGroup - b.redundancyGroup || a.node.localeCompare(b.node))
  return lanes.map(({ node, redundancyGroup }) => {
    const all = detail.stateChanges.filter((c) => c.node === node && c.redundancyGroup === redundancyGroup)
    const own = all.filter((c) => c.reading === node)
    const polled = tracks.rows.get(`poll:${node}`)?.rows.at(-1)?.[1] ?? null
    const changes = own.length > 0 ? own : all
    const lastMs = changes.at(-1)?.interval.toMs ?? 0
    const endMs = detail.summary.phase === 'ended' && polled !== null ? Math.max(polled, lastMs) : untilMs
    const segments = changes.map(
      (change, i): StateSegment => ({
        state: change.to as LaneState,
        since: i === 0 ? null : change.interval,
        fromMs: change.interval.toMs,
        toMs: changes[i + 1]?.interval.fromMs ?? endMs,
      }),
    )
    return { id: `${node}-${redundancyGroup}`, node, redundancyGroup, segments }
  })
}

type Fault = RunDetail['faults'][number]
type Context = RunDetail['context']

/** A link that was changed: what is done to it matters, not how. */
function linkMarker(fault: Fault, link: NonNullable<Fault['link']>, isFirst: boolean, context: Context): Marker {
  const good = isGood(link.impairment)
  // "Starlink-1: 15 % loss each way (round trip 28 % loss)"
  const [whole = '', name = ''] = [fault.title, fault.title.split(': ')[0]]
  const shorter = [/ \(.*/, / each way.*/].map((rest) => whole.replace(rest, ''))
  const labels = [whole, ...shorter, name].map((label) => (isFirst ? `T0 ${label}` : label))
  return {
    id: `fault-${fault.seq}`,
    atMs: doneMs(fault, context),
    labels: isFirst ? [...labels, 'T0'] : labels,
    kind: good ? 'recovered' : 'fault',
  }
}

/** From the longest to the shortest. */
function faultLabels({ event, title, mode }: Fault): string[] {
  const short = mode.replace(/ \(.*/, '')
  return event === 'setup'
    ? [title, mode, short, short.split(' ')[0] ?? '']
    : [`T0 ${title}`, `T0 ${mode}`, `T0 ${short}`, 'T0']
}

/** Changes of the configuration, and where each came to. */
function configMarkers({ configChanges, policiesSeen, context }: RunDetail): Marker[] {
  const changes = configChanges.map(
    (changed): Marker => ({
      id: `config-${changed.seq}`,
      atMs: doneMs(changed, context),
      labels: [changed.title, `${changed.change} policy on ${changed.node}`, changed.change],
      kind: 'fault',
    }),
  )
  const seen = policiesSeen.map(
    ({ seq, node, policy, present, interval }): Marker => ({
      id: `policy-${seq}`,
      atMs: interval.toMs,
      labels: [`${policy} ${present ? 'on' : 'gone from'} ${node}`, `${present ? 'on' : 'gone from'} ${node}`, node],
      kind: 'state',
    }),
  )
  return [...changes, ...seen]
}

function markers(detail: RunDetail, t0: number | null, offset: (stream: string) => number): Marker[] {
  const first = measuredFault(detail.faults)
  const found = detail.faults.map(
    (fault): Marker =>
      fault.link
        ? linkMarker(fault, fault.link, fault === first, detail.context)
        : {
            id: `fault-${fault.seq}`,
            atMs: doneMs(fault, detail.context),
            labels: faultLabels(fault),
            kind: 'fault',
          },
  )
  found.push(...configMarkers(detail))
  const moved = new Map<string, { atMs: number; groups: number[] }>()
  for (const change of detail.stateChanges) {
    const atMs = change.interval.toMs
    if (change.to !== 'primary' || change.from === null || change.reading !== change.node) continue
    if (t0 !== null && atMs < t0) continue
    const near = moved.get(change.node)
    if (near && atMs - near.atMs < 1000) near.groups.push(change.redundancyGroup)
    else moved.set(change.node, { atMs, groups: [change.redundancyGroup] })
  }
  for (const [node, { atMs }] of moved)
    found.push({ id: `primary-${node}`, atMs, labels: [`${node} primary`, node], kind: 'state' })
  const recovered = recoveredMs(detail, offset)
  if (recovered !== null) found.push({ id: 'recovered', atMs: recovered, labels: ['recovered'], kind: 'recovered' })
  return found
}

/** The end of the outage that gave the headline. */
function recoveredMs(detail: RunDetail, offset: (stream: string) => number): number | null {
  const { report } = detail
  // Of several failures each is marked when it is mended.
  if (!report?.headline || report.headline.ms <= 0 || report.wan) return null
  const ends = report.probes
    .filter((p) => p.crossesCluster)
    .flatMap((p) => p.outages.map((o) => (o.firstGoodMs === null ? 0 : o.firstGoodMs - offset(p.stream))))
  const last = Math.max(0, ...ends)
  return last > 0 ? last : null
}
