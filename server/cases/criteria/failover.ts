import { formatLimit, formatMeasurement, formatMs } from '../../domain/format'
import type { Measurement, Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { sameMac } from '../../measure/capture-gap'
import { lastAnsweredPollMs } from '../../measure/state-timeline'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, outOf, pass } from './judged'

const atMost = (ms: number): Quantity => ({ value: ms, unit: 'ms', text: `≤ ${formatLimit(ms)}` })
const duration = (measurement: Measurement): Quantity => ({
  value: measurement.ms,
  unit: 'ms',
  text: formatMeasurement(measurement),
})

/** Pass if the upper bound is within the limit, fail if the lower is above it, else inconclusive (MEASUREMENT.md). */
function againstLimit(
  bounds: { lowerMs: number; upperMs: number },
  limitMs: number,
  measured: Quantity | null,
  evidence: Judged['evidence'],
): Judged {
  if (bounds.upperMs <= limitMs)
    return pass(`The upper bound, ${formatMs(bounds.upperMs)}, is within the limit.`, measured, evidence)
  if (bounds.lowerMs > limitMs)
    return fail(`Even the lower bound, ${formatMs(bounds.lowerMs)}, is above the limit.`, measured, evidence)
  return inconclusive('The limit lies inside the interval of the measurement.', measured, evidence)
}

function judgeTakeover({ t0App, takeovers, backup, evidence: { lab, streams } }: Analysis): Judged {
  const limitMs = lab.expectations.primaryChangeMs
  if (!t0App) return inconclusive('There was no fault, or its instant is not known on the clock of the polls.')
  const evidence = takeovers.map(({ redundancyGroup, detection }) => ({
    text: `${backup.name} primary of RG${redundancyGroup}: ${detection ? formatMeasurement(detection) : 'never seen'}`,
  }))
  const missing = takeovers.filter(({ interval }) => interval === null)
  if (missing.length > 0) {
    const watchedMs = (lastAnsweredPollMs(streams.get(`poll:${backup.name}`) ?? []) ?? 0) - t0App.toMs
    const groups = missing.map(({ redundancyGroup }) => `RG${redundancyGroup}`).join(', ')
    const reason = `${backup.name} did not become primary of ${groups} within ${formatMs(Math.max(0, watchedMs))} of watching.`
    return watchedMs > limitMs ? fail(reason, null, evidence) : inconclusive(reason, null, evidence)
  }
  const worst = takeovers
    .flatMap(({ detection }) => detection ?? [])
    .toSorted((a, b) => b.ms + b.plusMs - (a.ms + a.plusMs))[0]
  if (!worst) return inconclusive('The lab file names no redundancy group.')
  return againstLimit(
    { lowerMs: worst.ms - worst.minusMs, upperMs: worst.ms + worst.plusMs },
    limitMs,
    duration(worst),
    evidence,
  )
}

/** The backup says of itself that it is primary, in every redundancy group, soon enough after T0. */
export const backupIsPrimary: Criterion = {
  id: 'primary',
  title: 'Backup is primary of every redundancy group in time',
  limit: (lab) => atMost(lab.expectations.primaryChangeMs),
  judge: judgeTakeover,
}

function judgeFailoverTime({ headline, probes, evidence: { lab } }: Analysis): Judged {
  const limitMs = lab.expectations.failoverTimeMs
  if (!headline)
    return inconclusive(probes.length === 0 ? 'No probe ran.' : 'There was no fault, or its instant is not known.')
  const { probe, caveats } = headline
  const { measurement, bounds } = probe
  const measured = measurement && duration(measurement)
  const all = probes.map(({ failover, target }) => {
    const shown = failover?.measurement ? formatMeasurement(failover.measurement) : 'no end seen'
    return { text: `${target.title}: ${shown}${target.crossesCluster ? '' : ' (does not cross the cluster)'}` }
  })
  const evidence = [...all, ...caveats.map((text) => ({ text }))]
  if (bounds.lowerMs > limitMs || (caveats.length === 0 && bounds.upperMs !== null))
    return againstLimit(
      { lowerMs: bounds.lowerMs, upperMs: bounds.upperMs ?? Number.POSITIVE_INFINITY },
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
  judge: judgeFailoverTime,
}

/** MACs of a node's members of a RETH, as read from the node before the fault. */
function memberMacs({ evidence: { lab }, context }: Analysis, instance: string, reth: string): string[] {
  const interfaces = lab.instances.find(({ name }) => name === instance)?.interfaces ?? []
  return interfaces.flatMap((entry) => (entry.reth === reth ? (context?.macs[`${instance}/${entry.linux}`] ?? []) : []))
}

function judgeGarp(analysis: Analysis): Judged {
  const {
    garp,
    backup,
    primary,
    fault,
    evidence: { lab },
  } = analysis
  const configured = lab.cluster.garpCount
  if (!fault) return inconclusive('There was no fault.')
  const findings = garp.map(({ reth, count, cutOff }) => {
    if (!count) return { seen: null, text: `${reth.name}: nobody can see it (garpObserver in the lab file)` }
    const own = memberMacs(analysis, backup.instance, reth.name)
    const other = memberMacs(analysis, primary.instance, reth.name)
    const from = [...count.byMac].filter(([mac]) =>
      own.length > 0 ? own.some((m) => sameMac(m, mac)) : !other.some((m) => sameMac(m, mac)),
    )
    const seen = from.reduce((sum, [, times]) => sum + times, 0)
    if (seen === 0 && cutOff) return { seen: null, text: `${reth.name} ${reth.vip}: none until the capture broke off` }
    const senders = [...count.byMac].map(([mac, times]) => `${times} from ${mac}`).join(', ') || 'none'
    return {
      seen,
      text: `${reth.name} ${reth.vip}: ${senders}; ${seen} of them from ${backup.name}, ${configured} configured`,
    }
  })
  const evidence = findings.map(({ text }) => ({ text }))
  const announced = findings.filter(({ seen }) => seen !== null && seen > 0).length
  const measured = outOf(announced, findings.length, 'VIPs')
  const silent = findings.filter(({ seen }) => seen === 0)
  if (silent.length > 0)
    return fail(
      `No gratuitous ARP from ${backup.name} after T0 for ${silent.length} of ${findings.length} VIPs.`,
      measured,
      evidence,
    )
  if (announced < findings.length || findings.length === 0)
    return inconclusive('Not every VIP could be observed.', measured, evidence)
  return pass(`${backup.name} announced every VIP after T0.`, measured, evidence)
}

/** At least one gratuitous ARP per VIP from the new primary after T0; the configured count is shown beside it. */
export const garpFromNewPrimary: Criterion = {
  id: 'garp',
  title: 'Gratuitous ARP from the new primary for every VIP',
  limit: (lab) => ({ value: 1, unit: 'GARP', text: `≥ 1 per VIP (${lab.cluster.garpCount} configured)` }),
  judge: judgeGarp,
}
