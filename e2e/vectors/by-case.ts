import { tc05 } from './tc-05'
import { tc06 } from './tc-06'
import { tc07 } from './tc-07'
import { tc08 } from './tc-08'
import { tc09 } from './tc-09'
import { tc10 } from './tc-10'
import type { Vector } from './vector'

/** What a case says with each switch on, as reviewed; for the cases after TC-4. */
export type CaseTable = {
  params: Record<string, unknown>
  /** With a switch that does nothing to it, which is every one that is not named below. */
  unnamed: Vector
  switches: Record<string, Vector>
  /** Where the real lab must answer otherwise, and why. */
  reference?: Record<string, Vector>
}

/** Case -> its table, one file each. */
export const BY_CASE: Record<string, CaseTable> = {
  'TC-5': tc05,
  'TC-6': tc06,
  'TC-7': tc07,
  'TC-8': tc08,
  'TC-9': tc09,
  'TC-10': tc10,
}
