import { formatMeasurement } from '../../domain/format'
import type { Analysis } from '../../measure/analysis'
import type { Criterion, Judged } from '../define'
import { inconclusive, pass } from './judged'
import { againstLimit, atMost, duration } from './limits'

function judgeTime({ headline, probes }: Analysis, limitMs: number): Judged {
  if (!headline)
    return inconclusive(probes.length === 0 ? 'No probe ran.' : 'There was no fault, or its instant is not known.')
  const { probe, upperMs, caveats } = headline
  const { measurement, bounds } = probe
  const measured = measurement && duration(measurement)
  const all = probes.map(({ failover, target }) => {
    const shown = failover?.measurement ? formatMeasurement(failover.measurement) : 'no end seen'
    return { text: `${target.title}: ${shown}${target.crossesCluster ? '' : ' (does not cross the cluster)'}` }
  })
  const evidence = [...all, ...caveats.map((text) => ({ text }))]
  // Every probe that crosses the cluster has to be within the limit, also one that can tell less exactly.
  if (bounds.lowerMs > limitMs || (caveats.length === 0 && upperMs !== null))
    return againstLimit(
      { lowerMs: bounds.lowerMs, upperMs: upperMs ?? Number.POSITIVE_INFINITY },
      limitMs,
      measured,
      evidence,
    )
  return inconclusive(`${caveats[0] ?? 'No end of the outage was seen'}.`, measured, evidence)
}

/** Traffic is forwarded again within the limit, by the worst probe that crosses the cluster. */
export const failoverTimeWithinLimit: Criterion = {
  id: 'failover-time',
  title: 'Traffic resumes; Failover Time within its limit',
  limit: (lab) => atMost(lab.expectations.failoverTimeMs),
  judge: (analysis) => judgeTime(analysis, analysis.evidence.lab.expectations.failoverTimeMs),
}

/** The same on the way back to the restored primary (RFC 6414 Reversion Time). */
export const reversionTimeWithinLimit: Criterion = {
  id: 'reversion-time',
  title: 'Reversion Time within its limit',
  limit: (lab) => atMost(lab.expectations.reversionTimeMs),
  judge: (analysis) => {
    const { cluster, expectations } = analysis.evidence.lab
    const judged = judgeTime(analysis, expectations.reversionTimeMs)
    if (analysis.takeovers.some(({ interval }) => interval !== null) || judged.verdict !== 'pass') return judged
    if (cluster.preempt) return inconclusive('There was no reversion.', null, judged.evidence)
    return pass('Preempt is off: there is no reversion, and nothing was lost.', judged.measured, judged.evidence)
  },
}
