import type { AnyLab } from '../domain/lab'
import { type CaseDefinition, suits } from './define'
import { linkImpair, linksGood, wanulatorRestart } from './link-operations'
import { manualFailover, manualReset } from './manual-failover'
import { scenarioCase } from './scenario'
import { tc01 } from './tc-01'
import { tc02 } from './tc-02'
import { tc03 } from './tc-03'
import { tc04 } from './tc-04'
import { tc05 } from './tc-05'
import { tc06 } from './tc-06'
import { tc07 } from './tc-07'
import { tc08 } from './tc-08'
import { tc09 } from './tc-09'
import { tc10 } from './tc-10'
import { WAN_CASES } from './wan-cases'

/** Every case of the product, in the order in which they are shown. */
export const CASES: readonly CaseDefinition[] = [
  tc01,
  tc02,
  tc03,
  tc04,
  tc05,
  tc06,
  tc07,
  tc08,
  tc09,
  tc10,
  ...WAN_CASES,
]

/** What an engineer does to a lab on purpose: recorded, queued and leased as the cases are. */
export const OPERATIONS: readonly CaseDefinition[] = [
  manualFailover,
  manualReset,
  linkImpair,
  linksGood,
  wanulatorRestart,
]

/** Those that a lab has what they are about. */
export const casesFor = (lab: AnyLab): CaseDefinition[] => CASES.filter((definition) => suits(definition, lab))
export const operationsFor = (lab: AnyLab): CaseDefinition[] =>
  OPERATIONS.filter((definition) => suits(definition, lab))

/** The case or operation of this id, or undefined; a run of a scenario is one, too. */
export const findCase = (id: string): CaseDefinition | undefined =>
  [...CASES, ...OPERATIONS, scenarioCase].find((candidate) => candidate.id === id)
