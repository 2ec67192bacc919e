import type { Lab } from '../../domain/lab'
import { formatMeasurement, formatMs } from '../../domain/format'
import type { Quantity } from '../../domain/run'
import type { Criterion } from '../define'
import { fail, inconclusive, pass } from './judged'

const atMost = (ms: number): Quantity => ({ value: ms, unit: 'ms', text: `≤ ${formatMs(ms)}` })

/** Traffic is forwarded again within the limit, by the worst probe that crosses the cluster. */
export const failoverTimeWithinLimit: Criterion = {
  id: 'failover-time',
  title: 'Traffic resumes; Failover Time within its limit',
  limit: (lab: Lab) => atMost(lab.expectations.failoverTimeMs),
  judge: ({ headline, probes, evidence }) => {
    const limitMs = evidence.lab.expectations.failoverTimeMs
    if (!headline) return inconclusive(probes.length === 0 ? 'no probe ran' : 'there was no fault, or its instant is not known')
    const { probe, caveats } = headline
    const { measurement, bounds, ms } = probe
    const measured: Quantity | null = measurement && { value: ms, unit: 'ms', text: formatMeasurement(measurement) }
    const all = probes.flatMap(({ failover, target }) =>
      failover ? [{ text: `${target.title}: ${failover.measurement ? formatMeasurement(failover.measurement) : 'no end seen'}${target.crossesCluster ? '' : ' (does not cross the cluster)'}` }] : [],
    )
    const facts = [...all, ...caveats.map((text) => ({ text }))]
    if (bounds.lowerMs > limitMs) return fail(`Even the lower bound, ${formatMs(bounds.lowerMs)}, is above the limit.`, measured, facts)
    if (caveats.length > 0) return inconclusive(`${caveats[0]}.`, measured, facts)
    if (bounds.upperMs === null) return inconclusive('No end of the outage was seen.', measured, facts)
    if (bounds.upperMs <= limitMs) return pass(`The upper bound, ${formatMs(bounds.upperMs)}, is within the limit.`, measured, facts)
    return inconclusive('The limit lies inside the interval of the measurement.', measured, facts)
  },
}
