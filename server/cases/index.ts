import type { CaseDefinition } from './define'
import { tc01 } from './tc-01'
import { tc03 } from './tc-03'

/** Every case of the product, in the order in which they are shown. */
export const CASES: readonly CaseDefinition[] = [tc01, tc03]

/** The case of this id, or undefined. */
export const findCase = (id: string): CaseDefinition | undefined => CASES.find((c) => c.id === id)
