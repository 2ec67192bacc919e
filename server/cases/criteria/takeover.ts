import { formatMeasurement, formatMs } from '../../domain/format'
import type { Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { lastAnsweredPollMs } from '../../measure/state-timeline'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, pass } from './judged'
import { againstLimit, atMost, duration } from './limits'

/** The groups that are to move, on the backup within a limit. */
export function judgeTakeover({ t0App, takeovers, backup, evidence: { streams } }: Analysis, limitMs: number): Judged {
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
  judge: (analysis) => judgeTakeover(analysis, analysis.evidence.lab.expectations.primaryChangeMs),
}

/** Where preempt is off a node that has come back stays secondary, and has been watched long enough to say so. */
function judgeStaysSecondary({ t0App, takeovers, backup, evidence: { lab, streams } }: Analysis): Judged {
  const limitMs = lab.expectations.preemptionMs
  if (!t0App) return inconclusive('There was no start, or its instant is not known on the clock of the polls.')
  const taken = takeovers
    .filter(({ interval }) => interval !== null)
    .map(({ redundancyGroup }) => `RG${redundancyGroup}`)
  if (taken.length > 0) return fail(`${backup.name} became primary of ${taken.join(', ')} although preempt is off.`)
  const watchedMs = Math.max(0, (lastAnsweredPollMs(streams.get(`poll:${backup.name}`) ?? []) ?? 0) - t0App.toMs)
  const reason = `${backup.name} stayed secondary for ${formatMs(watchedMs)} of watching.`
  return watchedMs >= limitMs ? pass(reason) : inconclusive(reason)
}

const staysSecondary: Quantity = { value: null, unit: '', text: 'stays secondary (preempt is off)' }

/** The preferred node is primary again soon enough after its start, or stays secondary where preempt is off. */
export const preemption: Criterion = {
  id: 'preemption',
  title: 'Preferred node is primary of every redundancy group again in time',
  limit: ({ cluster, expectations }) => (cluster.preempt ? atMost(expectations.preemptionMs) : staysSecondary),
  judge: (analysis) => {
    const { cluster, expectations } = analysis.evidence.lab
    return cluster.preempt ? judgeTakeover(analysis, expectations.preemptionMs) : judgeStaysSecondary(analysis)
  },
}
