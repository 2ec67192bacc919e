import type { EventBody, RunEvent } from '../../domain/event'
import type { RunEvidence } from '../../domain/evidence'
import { measuredFault } from '../../domain/fault'
import type { Interval } from '../../domain/ids'
import { isCut, isGood } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import type { Measurement, RunContext } from '../../domain/run'
import { probeStreams } from '../../domain/sample'
import { type WanLink, wanLinks } from '../../domain/wan'
import { type CapturedNic, captureName, LINK_DIRECTIONS, type WanCaptured } from '../../domain/wan-run'
import { type ClockStep, clockSteps, contextOf } from '../clock-steps'
import { doneOn } from '../clocks'
import { type Headline, headlineOf } from '../failover-time'
import { analyseProbe, type ProbeAnalysis } from '../probe-analysis'
import { capturedPaths } from './analysis'
import { type CapturedPaths, type WanOutage, wanOutage } from './outage'
import type { PathBins } from './path-use'

type Fault = Extract<EventBody, { kind: 'fault-injected' }>

/**
 * A link that was degraded, cut or made good again; `t0` on the PVE host's clock, null when it is not known there.
 * `isLinkLeft`: not every link is cut from then on.
 */
export type LinkChange = {
  link: string
  title: string
  isGood: boolean
  isLinkLeft: boolean
  event: Fault['event']
  t0: Interval | null
}

/** What is judged of a run on a WAN's links, computed from stored evidence only. */
export type WanAnalysis = {
  evidence: RunEvidence<WanLab>
  context: RunContext | null
  clockSteps: ClockStep[]
  fault: Fault | null
  t0App: Interval | null
  links: WanLink[]
  /** In their order. */
  changes: LinkChange[]
  /** null: the run ended before the captures were read. */
  captured: WanCaptured | null
  /** Why no gap, and no path, can be told from the captures; empty when nothing stands in the way. */
  doubts: string[]
  probes: ProbeAnalysis[]
  headline: Headline | null
  /** The longest gap after a failure that leaves a link; null when it is not known. */
  failoverTime: Measurement | null
  /** Of the gaps after those failures the longest that had not ended when the next change was made, at least, ms. */
  openMs: number | null
  measurements: Measurement[]
}

const nicNamed = (captured: WanCaptured, nic: string, direction: 'in' | 'out'): CapturedNic | undefined =>
  captured.nics.find((one) => one.nic === nic && one.direction === direction)

/** The traffic on all links together, in one direction, as the router's side shows it. */
export function pathsOf(
  captured: WanCaptured,
  links: readonly WanLink[],
  direction: 'in' | 'out',
  endMs: number,
): CapturedPaths {
  const names = links.map(({ toRouter }) => captureName({ nic: toRouter.nic.name, direction }))
  return capturedPaths(
    { ...captured, nics: new Map(captured.nics.map((nic) => [captureName(nic), nic])) },
    names,
    endMs,
  )
}

/** The worst gap over all links after a change and before the next one, in either direction; null when none can be told. */
export function gapAfter(
  { captured, links, changes }: WanAnalysis,
  at: number,
): (WanOutage & { title: string }) | null {
  const fromMs = changes[at]?.t0?.fromMs
  if (!captured || fromMs === undefined) return null
  const endMs = Math.min(captured.endMs, changes[at + 1]?.t0?.fromMs ?? captured.endMs)
  const found = LINK_DIRECTIONS.map(({ direction, title }) => ({
    ...wanOutage(pathsOf(captured, links, direction, endMs), fromMs, `captures, ${title}`),
    title,
  }))
  const lengthOf = ({ worst }: WanOutage) => worst?.bounds.upperMs ?? (worst ? Number.POSITIVE_INFINITY : -1)
  return found.some(({ worst }) => worst === null)
    ? null
    : (found.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? null)
}

/** Packets of the traffic towards the ISPs, per bin, by link. */
export const pathBins = ({ captured, links }: WanAnalysis): Map<string, PathBins> =>
  new Map(
    links.flatMap(({ id, toRouter }) => {
      const nic = captured && nicNamed(captured, toRouter.nic.name, 'in')
      return nic ? [[id, nic.bins]] : []
    }),
  )

/** Mean packets per bin before an instant, from the first bin with traffic on; 0 without any. */
export function baselineBefore(bins: ReadonlyMap<string, PathBins>, link: string, beforeMs: number): number {
  const of = bins.get(link)
  if (!of) return 0
  const whole = Math.min(of.bins.length, Math.floor((beforeMs - of.originMs) / of.binMs))
  const first = Math.min(
    ...[...bins.values()].map(({ bins: counts }) => {
      const at = counts.findIndex((count) => count > 0)
      return at < 0 ? Number.POSITIVE_INFINITY : at
    }),
  )
  // The first one may have begun before the traffic was told from the rest.
  const chosen = of.bins.slice(Math.min(first + 1, whole), whole)
  return chosen.length === 0 ? 0 : chosen.reduce((sum, count) => sum + count, 0) / chosen.length
}

function doubtsOf(captured: WanCaptured | null): string[] {
  if (!captured) return ['the captures were not read to their end']
  const doubts = captured.nics.flatMap((nic) => {
    const name = captureName(nic)
    return [
      nic.error === null ? [] : [`the capture on ${name} broke off: ${nic.error}`],
      nic.dropped ? [`the kernel dropped ${nic.dropped} packets of the capture on ${name}`] : [],
      nic.backwards > 0 ? [`the capture host's clock was set back (${name})`] : [],
    ].flat()
  })
  const isTold = captured.nics.some(({ traffic }) => traffic !== null)
  return isTold ? doubts : [...doubts, "the traffic could not be told from the router's own packets"]
}

function changesOf(events: readonly RunEvent[], lab: WanLab, context: RunContext | null): LinkChange[] {
  const left = new Set(wanLinks(lab.wan).map(({ id }) => id))
  return events.flatMap((event): LinkChange[] => {
    if (event.kind !== 'fault-injected' || !event.link) return []
    const { link, title, event: what } = event
    const t0 = doneOn(event, lab.wan.pve.host, context)
    if (isCut(link.impairment)) left.delete(link.id)
    else left.add(link.id)
    return [{ link: link.id, title, isGood: isGood(link.impairment), isLinkLeft: left.size > 0, event: what, t0 }]
  })
}

/** Reads a run's evidence; the same evidence always gives the same analysis. */
export function analyseWan(evidence: RunEvidence<WanLab>): WanAnalysis {
  const { lab, events, streams } = evidence
  const context = contextOf(events)
  const faults = events.flatMap((event) => (event.kind === 'fault-injected' ? [event] : []))
  const fault = measuredFault(faults) ?? null
  const captured = events.findLast((event) => event.kind === 'wan-captured')?.captured ?? null
  const probes = lab.targets.flatMap((target) => {
    const rows = probeStreams(target.id).flatMap((stream) => (streams.has(stream) ? [streams.get(stream) ?? []] : []))
    const question = { time: { id: 'probeOutage', title: 'Outage of the probe' }, fault, context }
    return rows.length > 0 ? [analyseProbe(lab, { ...target, crossesCluster: true }, rows, question)] : []
  })
  const analysis: WanAnalysis = {
    ...{ evidence, context, clockSteps: clockSteps(events), fault, captured, probes },
    t0App: fault && doneOn(fault, null, context),
    links: wanLinks(lab.wan),
    changes: changesOf(events, lab, context),
    doubts: doubtsOf(captured),
    headline: headlineOf(probes.flatMap(({ failover }) => failover ?? [])),
    ...{ failoverTime: null, openMs: null, measurements: [] },
  }
  // With every link cut nothing can take over.
  const gaps = analysis.changes.flatMap(({ event, isLinkLeft }, at) =>
    event === 'failover' && isLinkLeft ? [gapAfter(analysis, at)] : [],
  )
  const told = gaps.flatMap((gap) => gap?.worst?.measurement ?? [])
  const worst = told.toSorted((a, b) => b.ms + b.plusMs - a.ms - a.plusMs)[0] ?? null
  // One that nobody saw end outweighs all others, and has no length.
  const open = gaps.flatMap((gap) => (gap?.worst?.bounds.upperMs === null ? [gap.worst.bounds.lowerMs] : []))
  const isDoubted = analysis.doubts.length > 0
  const failoverTime = isDoubted || open.length > 0 ? null : worst
  const openMs = isDoubted || open.length === 0 ? null : Math.max(...open)
  const byProbe = probes.flatMap(({ failover }) => failover?.measurement ?? [])
  return { ...analysis, failoverTime, openMs, measurements: [...(failoverTime ? [failoverTime] : []), ...byProbe] }
}
