import { formatMeasurement } from '../../domain/format'
import type { Interval } from '../../domain/ids'
import { placeName } from '../../domain/place'
import type { Analysis, CapturedTarget } from '../../measure/analysis'
import { moveInterval } from '../../measure/clocks'
import { wasCutOff } from '../../measure/cut-off'
import type { ProbeAnalysis } from '../../measure/probe-analysis'
import type { Criterion, Judged } from '../define'
import { inconclusive, outOf, pass } from './judged'

/** `ok` null: there is nothing to compare. */
type Comparison = { ok: boolean | null; text: string }

const overlaps = (a: Interval, b: Interval) => a.fromMs <= b.toMs && b.fromMs <= a.toMs

/**
 * The primary change of the groups that carry traffic lies between the start of the outage and the recovery, within the
 * errors of both clocks. A group without a RETH (RG0, the control plane) changes when it likes: no packet waits for it.
 */
function deviceAgainstProbe(
  { takeovers, context, evidence }: Analysis,
  { target, failover }: ProbeAnalysis,
): Comparison {
  const outage = failover?.finding?.outage
  const recovered = failover?.finding?.recoveredMs
  if (!outage || recovered == null || !failover.finding?.beyondBaseline)
    return { ok: null, text: `${target.title} saw no outage to compare with the device's state` }
  const lost = moveInterval({ fromMs: outage.lastGoodMs, toMs: recovered }, placeName(target.from), null, context)
  if (!lost) return { ok: null, text: `the clock of ${placeName(target.from)} is not known` }
  const carrying = new Set(evidence.lab.cluster.reths.map(({ redundancyGroup }) => redundancyGroup))
  const changes = takeovers.flatMap(({ interval, redundancyGroup }) =>
    interval && (carrying.size === 0 || carrying.has(redundancyGroup)) ? [{ interval, redundancyGroup }] : [],
  )
  if (changes.length === 0) return { ok: null, text: 'no primary change was seen' }
  const outside = changes.filter(({ interval }) => !overlaps(interval, lost))
  const groups = (list: typeof changes) => list.map(({ redundancyGroup }) => `RG${redundancyGroup}`).join(', ')
  if (outside.length > 0)
    return {
      ok: false,
      text: `${groups(outside)} changed outside the outage that ${target.title} saw: look at the clocks of ${placeName(target.from)} and of the nodes`,
    }
  return { ok: true, text: `${groups(changes)} changed between outage and recovery of ${target.title}` }
}

/** The outage of the requests, captured on the far side, and that of the answered probes overlap. */
function captureAgainstProbe({ probes, evidence }: Analysis, { target, gap }: CapturedTarget): Comparison {
  const failover = probes.find((probe) => probe.target.id === target.id)?.failover
  const isCutOff = ['probe', 'capture'].some((kind) => wasCutOff(evidence.events, `${kind}:${target.id}`))
  if (isCutOff && failover?.finding?.recoveredMs == null)
    return { ok: null, text: `${target.title}: probe or capture broke off, which is no agreement` }
  const { lowerMs = 0, upperMs = null } = failover?.bounds ?? {}
  if (!gap || !failover || upperMs === null)
    return { ok: null, text: `${target.title}: nothing to compare on the far side` }
  const captured = { fromMs: gap.ms - gap.minusMs, toMs: gap.ms + gap.plusMs }
  const shown = `${target.title}: probe ${failover.measurement ? formatMeasurement(failover.measurement) : '—'}, capture ${formatMeasurement(gap)}`
  if (overlaps(captured, { fromMs: lowerMs, toMs: upperMs })) return { ok: true, text: shown }
  const where =
    lowerMs > captured.toMs
      ? 'the return path was out longer than the request path'
      : 'requests were missing that the probe did not miss'
  return { ok: false, text: `${shown}: ${where}` }
}

function judgeAgreement(analysis: Analysis): Judged {
  if (!analysis.fault) return inconclusive('There was no fault.')
  const crossing = analysis.probes.filter(({ target }) => target.crossesCluster)
  const comparisons = [
    ...crossing.map((probe) => deviceAgainstProbe(analysis, probe)),
    ...analysis.captures.map((captured) => captureAgainstProbe(analysis, captured)),
  ]
  const evidence = comparisons.map(({ text }) => ({ text }))
  const made = comparisons.filter(({ ok }) => ok !== null)
  const measured = outOf(made.filter(({ ok }) => ok).length, made.length, 'comparisons')
  const contradiction = made.find(({ ok }) => ok === false)
  if (contradiction) return inconclusive(`Contradiction: ${contradiction.text}.`, measured, evidence)
  if (made.length === 0) return inconclusive('There was nothing to compare.', measured, evidence)
  return pass('Device state, probes and capture tell the same story.', measured, evidence)
}

/** Device, probe and capture do not contradict each other; a contradiction says which clock or path it points at. */
export const evidenceAgrees: Criterion = {
  id: 'agreement',
  title: 'Device, probe and capture agree',
  limit: () => ({ value: null, unit: '', text: 'order and overlap' }),
  judge: judgeAgreement,
}
