import { parseAsArrayOf, parseAsInteger, parseAsString } from 'nuqs'
import { COMPARE_MAX } from '@/server/domain/compare'

/** All state of the comparison, as it stands in the URL; `from` and `to` are ms from T0. */
export const compareState = {
  runs: parseAsArrayOf(parseAsString).withDefault([]),
  /** The run that the others are compared with; the first one when left out. */
  ref: parseAsString,
  from: parseAsInteger,
  to: parseAsInteger,
}

/** The runs that are ticked in the history. */
export const SELECT_KEY = 'select'
export const selectState = parseAsArrayOf(parseAsString).withDefault([])

const list = (ids: readonly string[]): string => ids.map(encodeURIComponent).join(',')

/** The runs that were started together, on the page of each of them. */
export const REPEATS_KEY = 'repeats'
export const repeatsState = parseAsArrayOf(parseAsString).withDefault([])

/** The page of a run that is one of several that were started together. */
export const repeatHref = (id: string, ids: readonly string[]): string =>
  `/runs/${encodeURIComponent(id)}${ids.length > 1 ? `?${REPEATS_KEY}=${list(ids)}` : ''}`

export const compareHref = (ids: readonly string[]): string => `/compare?runs=${list(ids)}`
export const selectHref = (ids: readonly string[]): string =>
  ids.length > 0 ? `/history?${SELECT_KEY}=${list(ids)}` : '/history'

/** What of the asked ids is compared: each once, at most ten; `over` is how many that leaves out. */
export function chosenRuns(asked: readonly string[]): { ids: string[]; over: number } {
  const distinct = [...new Set(asked.map((id) => id.trim()).filter(Boolean))]
  return { ids: distinct.slice(0, COMPARE_MAX), over: Math.max(0, distinct.length - COMPARE_MAX) }
}
