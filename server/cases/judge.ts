import type { RunEvidence } from '../domain/evidence'
import { formatDifference } from '../domain/format'
import { type AnyLab, hasCluster } from '../domain/lab'
import type { CriterionResult, Ending, Measurement, Report } from '../domain/run'
import { AppError, asAppError } from '../errors'
import { type Analysis, analyse } from '../measure/analysis'
import { analyseWan, type WanAnalysis } from '../measure/wan/run-analysis'
import { wanReport } from '../measure/wan/wan-report'
import { inconclusive } from './criteria/judged'
import { type CaseDefinition, type Criterion, criteriaOf, type Judged } from './define'
import { trafficNotes } from './traffic-notes'

function guarded(work: () => Judged): Judged {
  try {
    return work()
  } catch (error) {
    return inconclusive(`the check itself failed: ${asAppError(error).message}`)
  }
}

type AnyAnalysis = Analysis | WanAnalysis

function analysisOf({ on, id }: CaseDefinition, { lab, ...rest }: RunEvidence<AnyLab>): AnyAnalysis {
  if (on === 'wan' && !hasCluster(lab)) return analyseWan({ ...rest, lab })
  if (on === 'cluster' && hasCluster(lab)) return analyse({ ...rest, lab })
  throw new AppError('internal', `the run's lab is none for ${id}`)
}

/** The time that a case is about; null where it has none, or it could not be told. */
function headlineOf({ headline }: CaseDefinition, analysis: AnyAnalysis): Measurement | null {
  if (!headline?.of) return headline ? analysis.failoverTime : null
  try {
    return headline.of(analysis)
  } catch {
    return null
  }
}

function t0Of({ fault, t0App, clockSteps }: AnyAnalysis): Report['t0'] {
  if (!fault) return null
  return clockSteps.some(({ clock }) => clock === fault.clock) ? t0App : fault.t0
}

const switchNotes = (on: readonly string[]): string[] =>
  on.length > 0 ? [`The lab misbehaved on purpose; switches on at the start: ${on.join(', ')}`] : []

/** Clocks that were set meanwhile; `T0` where the fault was stamped by one of them. */
const clockNotes = ({ clockSteps, fault }: AnyAnalysis): string[] =>
  clockSteps.map(({ clock, byMs }) => {
    const by = formatDifference({ ms: byMs, plusMs: 0, minusMs: 0 }).replace(/ \(.*/, '')
    const instead =
      clock === fault?.clock ? ': T0 is when its command was sent and answered, by the clock of the dashboard' : ''
    return `The clock of ${clock} was set by about ${by} during the run; its stamps are not used${instead}`
  })

/**
 * Judges a run from what was stored of it; the same evidence gives the same report at any time. Only a completed run can
 * pass: whatever else ended it, the best it can be is inconclusive.
 */
export function judge(definition: CaseDefinition, evidence: RunEvidence<AnyLab>, ending: Ending): Report {
  const analysis = analysisOf(definition, evidence)
  const judgeOne = ({ id, title, limit, judge: check }: Criterion<AnyLab, AnyAnalysis>): CriterionResult => ({
    id,
    title,
    limit: limit(evidence.lab),
    ...guarded(() => check(analysis)),
  })
  const criteria = criteriaOf(definition, evidence.params).map(judgeOne)
  const headline = headlineOf(definition, analysis)
  const shown = criteria.some((c) => c.verdict === 'fail')
    ? 'fail'
    : criteria.some((c) => c.verdict === 'inconclusive')
      ? 'inconclusive'
      : 'pass'
  const wan = 'links' in analysis ? wanReport(analysis) : null
  const figure = criteria.find(({ id }) => id === definition.figure)
  return {
    verdict: shown === 'pass' && ending !== 'completed' ? 'inconclusive' : shown,
    headline,
    criteria,
    measurements: [...(headline && headline !== analysis.failoverTime ? [headline] : []), ...analysis.measurements],
    probes: analysis.probes.map(({ summary }) => summary),
    t0: t0Of(analysis),
    notes: [
      ...switchNotes(analysis.context?.switches ?? []),
      ...clockNotes(analysis),
      ...(analysis.headline?.caveats ?? []),
      ...trafficNotes(evidence),
    ],
    ...(figure ? { figure: { title: figure.title, measured: figure.measured, limit: figure.limit } } : {}),
    ...(wan ? { wan } : {}),
  }
}
