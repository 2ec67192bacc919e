import { describe, expect, it } from 'vitest'
import type { CaseView, ParamField } from '@/server/domain/case'
import { effectOf } from './case-words'

const fields: ParamField[] = [
  {
    ...{ name: 'compareOff', title: 'Measure again without', description: null, type: 'boolean', choices: [] },
    ...{ default: false, min: null, max: null, unit: null },
  },
]

const view = (given: Partial<CaseView>): CaseView => ({
  ...{ id: 'TC-8', title: '', objective: '', kind: 'test', blocked: null, fields, criteria: [], headline: null },
  ...{ destructive: false, destructiveWhen: null, outage: false, ...given },
})

describe('what a case does to its lab', () => {
  it.each<[Partial<CaseView>, string | null]>([
    [{ destructive: true, outage: true }, 'interrupts traffic'],
    [{ destructive: true }, 'changes the configuration'],
    [{ destructiveWhen: 'compareOff', outage: true }, 'stops a service only with: Measure again without'],
    [{}, null],
  ])('%j', (given, words) => {
    expect(effectOf(view(given))).toBe(words)
  })
})
