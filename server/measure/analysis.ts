import type { EventBody, RunEvent } from '../domain/event'
import type { RunEvidence } from '../domain/evidence'
import type { Interval } from '../domain/ids'
import type { Measurement, RunContext } from '../domain/run'
import { moveInterval } from './clocks'
import { type Headline, headlineOf } from './failover-time'
import { analyseProbe, type ProbeAnalysis } from './probe-analysis'

export type FaultEvent = Extract<EventBody, { kind: 'fault-injected' }>

/** Everything that criteria judge, computed from stored evidence only. */
export type Analysis = {
  evidence: RunEvidence
  context: RunContext | null
  /** The first fault; null when none was injected. */
  fault: FaultEvent | null
  /** T0 on the app's clock, its offset's error included; null when it is not known there. */
  t0App: Interval | null
  probes: ProbeAnalysis[]
  /** The worst probe that crosses the cluster; null without a fault. */
  headline: Headline | null
  measurements: Measurement[]
  notes: string[]
}

const find = <K extends EventBody['kind']>(events: readonly RunEvent[], kind: K) =>
  events.find((event): event is Extract<RunEvent, { kind: K }> => event.kind === kind) ?? null

/** Reads a run's evidence; the same evidence always gives the same analysis. */
export function analyse(evidence: RunEvidence): Analysis {
  const { lab, events, streams } = evidence
  const context = find(events, 'context')?.context ?? null
  const fault = find(events, 'fault-injected')
  const probes = lab.targets.flatMap((target) => {
    const rows = streams.get(`probe:${target.id}`)
    return rows ? [analyseProbe(lab, target, rows, fault, context)] : []
  })
  const headline = headlineOf(probes.flatMap(({ failover }) => failover ?? []))
  const measurements = probes.flatMap(({ failover }) => [failover?.measurement ?? [], failover?.packetLoss ?? []].flat())
  return {
    evidence,
    context,
    fault,
    t0App: fault && moveInterval(fault.t0, fault.clock, null, context),
    probes,
    headline,
    measurements,
    notes: headline?.caveats ?? [],
  }
}
