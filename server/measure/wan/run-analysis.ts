import type { RunEvidence } from '../../domain/evidence'
import { measuredFault } from '../../domain/fault'
import type { Interval } from '../../domain/ids'
import type { WanLab } from '../../domain/lab'
import { LINK_GAP, type Measurement, type RunContext } from '../../domain/run'
import { probeStreams } from '../../domain/sample'
import { type WanLink, wanLinks } from '../../domain/wan'
import type { WanCaptured } from '../../domain/wan-run'
import { type ClockStep, clockSteps, contextOf } from '../clock-steps'
import { doneOn } from '../clocks'
import { type Headline, headlineOf } from '../failover-time'
import { analyseProbe, type ProbeAnalysis } from '../probe-analysis'
import { doubtsOf } from './captured-links'
import {
  changesOf,
  type Degradation,
  degradationsOf,
  type LinkChange,
  type LinkFault,
  PROBE_TIME,
} from './degradations'
import { linkTimes } from './link-times'
import { gapAfter } from './links-outage'

/** What is judged of a run on a WAN's links, computed from stored evidence only. */
export type WanAnalysis = {
  evidence: RunEvidence<WanLab>
  context: RunContext | null
  clockSteps: ClockStep[]
  fault: LinkFault | null
  t0App: Interval | null
  links: WanLink[]
  /** In their order. */
  changes: LinkChange[]
  /** Those of the changes that are for the worse, and whose instant is known. */
  degradations: Degradation[]
  /** null: the run ended before the captures were read. */
  captured: WanCaptured | null
  /** Why no gap, and no path, can be told from the captures; empty when nothing stands in the way. */
  doubts: string[]
  probes: ProbeAnalysis[]
  headline: Headline | null
  /** The longest gap while a link is left; null when it is not known. */
  failoverTime: Measurement | null
  /** Where that gap had not ended when the next change was made: at least so long, ms. */
  openMs: number | null
  measurements: Measurement[]
}

/** Reads a run's evidence; the same evidence always gives the same analysis. */
export function analyseWan(evidence: RunEvidence<WanLab>): WanAnalysis {
  const { lab, events, streams } = evidence
  const context = contextOf(events)
  const faults = events.flatMap((event) => (event.kind === 'fault-injected' ? [event] : []))
  const fault = measuredFault(faults) ?? null
  const captured = events.findLast((event) => event.kind === 'wan-captured')?.captured ?? null
  const links = wanLinks(lab.wan)
  const changes = changesOf(faults, lab.wan.pve.host, context)
  const until = fault ? faults[faults.indexOf(fault) + 1] : undefined
  const probes = lab.targets.flatMap((target) => {
    const rows = probeStreams(target.id).flatMap((stream) => (streams.has(stream) ? [streams.get(stream) ?? []] : []))
    const question = { time: PROBE_TIME, fault, until, context }
    return rows.length > 0 ? [analyseProbe(lab, { ...target, crossesCluster: true }, rows, question)] : []
  })
  const analysis: WanAnalysis = {
    ...{ evidence, context, clockSteps: clockSteps(events), fault, captured, probes, links, changes },
    degradations: degradationsOf({ lab, context, changes, probes }),
    t0App: fault && doneOn(fault, null, context),
    doubts: doubtsOf({ captured, links }),
    headline: headlineOf(probes.flatMap(({ failover }) => failover ?? [])),
    ...{ failoverTime: null, openMs: null, measurements: [] },
  }
  const { failoverTime, openMs } =
    analysis.doubts.length > 0 ? { failoverTime: null, openMs: null } : worstGap(analysis)
  const byProbe = probes.flatMap(({ failover }) => failover?.measurement ?? [])
  const times = analysis.doubts.length > 0 ? [] : linkTimes(analysis)
  const measurements = [...(failoverTime ? [failoverTime] : []), ...times, ...byProbe, ...outagesByLink(analysis)]
  return { ...analysis, failoverTime, openMs, measurements }
}

/** The worst gap while a link is left. One that had not ended when the next change was made has no length. */
function worstGap(analysis: WanAnalysis): Pick<WanAnalysis, 'failoverTime' | 'openMs'> {
  const { degradations } = analysis
  const found = degradations
    .filter(({ isLast }) => !isLast || degradations.length === 1)
    .flatMap((degradation) => gapAfter(analysis, degradation) ?? [])
  if (found.some(({ caveats }) => caveats.length > 0)) return { failoverTime: null, openMs: null }
  const worst = found.flatMap((gap) => gap.worst ?? [])
  const [longest] = worst.toSorted((a, b) => b.mostMs - a.mostMs)
  if (!longest) return { failoverTime: null, openMs: null }
  const { measurement, bounds } = longest
  return { failoverTime: measurement, openMs: measurement ? null : bounds.lowerMs }
}

/** Where several links failed while another was left: the gap after each, by the captures and by the probes. */
function outagesByLink(analysis: WanAnalysis): Measurement[] {
  const { degradations, doubts, links } = analysis
  return degradations.flatMap((degradation) => {
    const { change, isLast, probes } = degradation
    if (isLast) return []
    const name = links.find(({ id }) => id === change.link)?.isp.title ?? change.link
    const found = doubts.length > 0 ? null : gapAfter(analysis, degradation)
    const gap = found?.caveats.length === 0 ? found.worst?.measurement : null
    const byProbe = probes.flatMap(({ failover }) => failover.measurement ?? [])
    const title = `Outage after the failure of ${name}`
    return [
      ...(gap ? [{ ...gap, id: `${LINK_GAP}${change.link}`, title }] : []),
      ...byProbe.map((measured) => ({ ...measured, id: `${measured.id}-${change.link}`, title })),
    ]
  })
}
