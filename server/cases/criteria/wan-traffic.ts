import { formatMs, formatRange } from '../../domain/format'
import type { SampleRow } from '../../domain/sample'
import { wasCutOff } from '../../measure/cut-off'
import type { Degradation, SeenByProbe } from '../../measure/wan/degradations'
import { timeOfLoss } from '../../measure/wan/link-times'
import { gapAfter } from '../../measure/wan/links-outage'
import type { WanAnalysis } from '../../measure/wan/run-analysis'
import type { Judged, WanCriterion } from '../define'
import { fail, inconclusive, outOf, pass } from './judged'
import { atMost } from './limits'
import { contradicted, doubted, noFault, survivable, worstOf } from './wan'
import { judgeTime } from './wan-paths'

function judgeLoss(analysis: WanAnalysis, seen: SeenByProbe): Judged {
  const { title } = seen.target
  const { caveats } = seen.failover
  const judged = judgeTime(timeOfLoss(seen), {
    limitMs: analysis.evidence.lab.expectations.linkLeftMs,
    notYet: `${title}: loss was not back at its baseline`,
    evidence: [{ text: `${title}: ${seen.failover.finding?.outage.lostProbes ?? 0} probes lost in the worst outage` }],
  })
  if (judged.verdict !== 'pass' || caveats.length === 0) return judged
  return inconclusive(`${caveats[0]}.`, judged.measured, [...judged.evidence, ...caveats.map((text) => ({ text }))])
}

/** Loss as it was before, by the probes, and before the link was made good: that would bring anybody's back. */
export const lossBack: WanCriterion = {
  id: 'loss-back',
  title: 'Loss is back at its baseline',
  limit: ({ expectations }) => atMost(expectations.linkLeftMs),
  judge: (analysis) => {
    const seen = analysis.degradations.flatMap(({ probes }) => probes)
    if (seen.length === 0) return inconclusive('No probe ran, or T0 is not known on its clock.')
    return worstOf(seen.map((one) => judgeLoss(analysis, one)))
  },
}

const sum = (rows: readonly SampleRow[], column: number): number =>
  rows.reduce((all, row) => all + (row[column] ?? 0), 0)

const REQUESTS = 'requests:http'

/** HTTP requests of the load, over the whole run. */
export const requestsSucceed: WanCriterion = {
  id: 'requests',
  title: 'HTTP requests succeed',
  when: 'http',
  limit: ({ expectations: { requestFailuresPercent: value } }) => ({ value, unit: '%', text: `≤ ${value} % failed` }),
  judge: ({ evidence: { lab, streams, events } }) => {
    const rows = streams.get(REQUESTS) ?? []
    const [requests, failures] = [sum(rows, 1), sum(rows, 2)]
    if (requests === 0) return inconclusive('No request was counted.')
    const percent = (100 * failures) / requests
    const p95 = Math.max(...rows.map((row) => row[4] ?? 0))
    const measured = { value: percent, unit: '%', text: `${percent.toFixed(2)} % of ${requests} failed` }
    const evidence = [
      { text: `${(requests / rows.length).toFixed(1)} requests/s; 95 % of them within ${formatMs(p95)} at worst` },
    ]
    if (percent > lab.expectations.requestFailuresPercent) return fail('Too many requests failed.', measured, evidence)
    if (wasCutOff(events, REQUESTS)) return inconclusive('The load broke off in mid-run.', measured, evidence)
    return pass('Few enough requests failed.', measured, evidence)
  },
}

/** The worst gap by the captures and the outage of each probe: both are of the same traffic. */
function compare(analysis: WanAnalysis, degradation: Degradation): Judged[] {
  const { title } = degradation.change.fault
  const found = gapAfter(analysis, degradation)
  const captured = found?.worst?.bounds
  const contradiction = found && contradicted(title, found)
  if (contradiction) return [contradiction]
  return degradation.probes.map(({ target, failover }) => {
    const { lowerMs, upperMs } = failover.bounds
    if (!captured || captured.upperMs === null || upperMs === null)
      return inconclusive(`${title}: there is no end of an outage to compare.`)
    const shown = `${title}: captures ${formatRange(captured.lowerMs, captured.upperMs)}, probe to ${target.title} ${formatRange(lowerMs, upperMs)}`
    const evidence = [{ text: shown }]
    if (captured.lowerMs <= upperMs && lowerMs <= captured.upperMs) return pass(shown, null, evidence)
    const where =
      lowerMs > captured.upperMs
        ? 'the probe missed answers that passed the PVE host: look behind the router'
        : 'the captures miss packets that the probe had answers to: look at the captures and at other ways past the PVE host'
    return inconclusive(`Contradiction: ${shown}; ${where}.`, null, evidence)
  })
}

/** Captures and probes tell the same story of each cut while a link is left. */
export const probesAgree: WanCriterion = {
  id: 'agreement',
  title: 'Captures and probes agree',
  limit: () => ({ value: null, unit: '', text: 'overlap' }),
  judge: (analysis) => {
    const doubt = doubted(analysis)
    if (doubt) return doubt
    const comparisons = survivable(analysis).flatMap((degradation) => compare(analysis, degradation))
    if (comparisons.length === 0) return noFault
    const agree = comparisons.filter(({ verdict }) => verdict === 'pass').length
    const worst = worstOf(comparisons)
    const measured = outOf(agree, comparisons.length, 'comparisons')
    return worst.verdict === 'pass'
      ? pass('The intervals of captures and probes overlap.', measured, worst.evidence)
      : { ...worst, measured }
  },
}
