import type { RunDetail } from './detail'
import type { Statistics } from './statistics'

/** How many runs one comparison holds. */
export const COMPARE_MIN = 2
export const COMPARE_MAX = 10

/** Runs of one case whose fault was made in the same way, and which state the same time. */
export type RepeatGroup = {
  case: string
  caseTitle: string
  /** How the fault was made ("kill -9 …"); null where none was. */
  mode: string | null
  /** What the runs call their headline time. */
  title: string
  /** In the order in which they were asked for. */
  runIds: string[]
  limitsMs: number[]
  labs: string[]
  softwareVersions: string[]
  /** In ms. */
  statistics: Statistics
}

/** Runs side by side. Their `commands` and `checks` are left out: no comparison shows them. */
export type Comparison = {
  /** In the order in which they were asked for. */
  runs: RunDetail[]
  /** Ids that the history does not know. */
  missing: string[]
  /** Of the runs that state a time. */
  groups: RepeatGroup[]
}
