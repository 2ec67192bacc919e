import type { RepeatGroup } from '../domain/compare'
import type { RunDetail } from '../domain/detail'
import { measuredFault } from '../domain/fault'
import { statisticsOf } from './statistics'

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]

type Stated = Pick<RunDetail, 'summary' | 'faults'>

/** Case, mode of the measured fault and name of the headline time: only what agrees in all three is a repeat. */
const keyOf = ({ summary, faults }: Stated): string =>
  JSON.stringify([summary.case, measuredFault(faults)?.mode ?? null, summary.failoverTime?.title])

function groupOf(runs: readonly Stated[]): RepeatGroup[] {
  const first = runs[0]
  const summaries = runs.map((run) => run.summary)
  const times = summaries.flatMap(({ failoverTime }) => failoverTime ?? [])
  const statistics = statisticsOf(times.map(({ ms }) => ms))
  if (!first || !statistics) return []
  return [
    {
      case: first.summary.case,
      caseTitle: first.summary.caseTitle,
      mode: measuredFault(first.faults)?.mode ?? null,
      title: times[0]?.title ?? '',
      runIds: summaries.map(({ id }) => id),
      limitsMs: distinct(summaries.flatMap(({ limitMs }) => limitMs ?? [])),
      labs: distinct(summaries.map(({ labTitle }) => labTitle)),
      softwareVersions: distinct(summaries.flatMap(({ softwareVersion }) => softwareVersion ?? [])),
      statistics,
    },
  ]
}

/** Repeats, and their statistics; a run that states no time is in no group. Groups are in order of their first run. */
export function repeatGroups(runs: readonly Stated[]): RepeatGroup[] {
  const byKey = new Map<string, Stated[]>()
  for (const run of runs.filter(({ summary }) => summary.failoverTime !== null))
    byKey.set(keyOf(run), [...(byKey.get(keyOf(run)) ?? []), run])
  return [...byKey.values()].flatMap(groupOf)
}
