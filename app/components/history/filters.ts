import { parseAsArrayOf, parseAsIsoDate, parseAsString, parseAsStringLiteral } from 'nuqs'
import type { RunFilter } from '@/server/domain/views'

const VERDICTS = ['pass', 'fail', 'inconclusive'] as const
const ENDINGS = ['completed', 'cancelled', 'timed-out', 'error', 'interrupted'] as const

/** All state of the history, as it stands in the URL. */
export const historyState = {
  lab: parseAsArrayOf(parseAsString).withDefault([]),
  case: parseAsArrayOf(parseAsString).withDefault([]),
  verdict: parseAsArrayOf(parseAsStringLiteral(VERDICTS)).withDefault([]),
  ending: parseAsArrayOf(parseAsStringLiteral(ENDINGS)).withDefault([]),
  version: parseAsArrayOf(parseAsString).withDefault([]),
  from: parseAsIsoDate,
  to: parseAsIsoDate,
}

export type HistoryState = {
  lab: string[]
  case: string[]
  verdict: (typeof VERDICTS)[number][]
  ending: (typeof ENDINGS)[number][]
  version: string[]
  from: Date | null
  to: Date | null
}

export const NO_FILTER = { lab: null, case: null, verdict: null, ending: null, version: null, from: null, to: null }

export const isFiltered = (s: HistoryState): boolean =>
  [s.lab, s.case, s.verdict, s.ending, s.version].some((list) => list.length > 0) || s.from !== null || s.to !== null

const some = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)

/** A day in the URL is a day where the reader is: parseAsIsoDate gives its start in UTC. */
const dayStart = (day: Date): number => new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()).getTime()

export function runFilter(state: HistoryState): RunFilter {
  const dayAfter = state.to ? new Date(state.to.getTime() + 86_400_000) : null
  return {
    labs: some(state.lab),
    cases: some(state.case),
    verdicts: some(state.verdict),
    endings: some(state.ending),
    softwareVersions: some(state.version),
    fromMs: state.from ? dayStart(state.from) : undefined,
    toMs: dayAfter ? dayStart(dayAfter) - 1 : undefined,
  }
}
