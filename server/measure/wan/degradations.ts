import type { EventBody } from '../../domain/event'
import type { Interval } from '../../domain/ids'
import { isGood } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import type { RunContext } from '../../domain/run'
import { doneOn } from '../clocks'
import type { ProbeFailover } from '../failover-time'
import { type ProbeAnalysis, probeFailover } from '../probe-analysis'

export type LinkFault = Extract<EventBody, { kind: 'fault-injected' }>

/** A link that was degraded, cut or made good again; `t0` on the PVE host's clock, null when it is not known there. */
export type LinkChange = { link: string; isGood: boolean; fault: LinkFault; t0: Interval | null }

/** A change for the worse, from `t0` on (PVE host's clock) and until the next change. */
export type Degradation = {
  change: LinkChange
  t0: Interval
  /** null: nothing was changed any more. */
  until: Interval | null
  /** The last one of the run. */
  isLast: boolean
  /** What each probe saw meanwhile. */
  probes: SeenByProbe[]
}

/** What one probe saw of a degradation; `t0` and `until` on its own clock. */
export type SeenByProbe = {
  target: ProbeAnalysis['target']
  t0: Interval
  until: Interval | null
  failover: ProbeFailover
}

/** What is measured by the probes. */
export const PROBE_TIME = { id: 'probeOutage', title: 'Outage of the probe' }

/** The changes of links among a run's faults. */
export function changesOf(faults: readonly LinkFault[], host: string, context: RunContext | null): LinkChange[] {
  return faults.flatMap((fault): LinkChange[] => {
    const { link } = fault
    return link ? [{ link: link.id, isGood: isGood(link.impairment), fault, t0: doneOn(fault, host, context) }] : []
  })
}

type Seen = {
  lab: WanLab
  context: RunContext | null
  changes: readonly LinkChange[]
  probes: readonly ProbeAnalysis[]
}

/** The changes for the worse, each with what the probes saw until the next change. */
export function degradationsOf({ lab, context, changes, probes }: Seen): Degradation[] {
  const isWorse = ({ fault }: LinkChange) => fault.event === 'failover'
  return changes.flatMap((change, at): Degradation[] => {
    const { fault, t0 } = change
    if (!isWorse(change) || !t0) return []
    const until = changes[at + 1]?.fault
    const seen = probes.flatMap((probe) => {
      const failover = probeFailover(lab, probe, { time: PROBE_TIME, fault, until, context })
      const clock = placeName(probe.target.from)
      const begun = doneOn(fault, clock, context)
      if (!failover || !begun) return []
      return [{ target: probe.target, t0: begun, until: until ? doneOn(until, clock, context) : null, failover }]
    })
    const isLast = !changes.slice(at + 1).some(isWorse)
    return [{ change, t0, until: changes[at + 1]?.t0 ?? null, isLast, probes: seen }]
  })
}
