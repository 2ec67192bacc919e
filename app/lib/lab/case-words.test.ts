import { describe, expect, it } from 'vitest'
import type { CaseView, ParamField } from '@/server/domain/case'
import { effectOf, paramWords } from './case-words'

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

it('parameters by their titles, choices and units; unknown ones by their names', () => {
  const usual = { description: null, default: null, min: null, max: null }
  const known: ParamField[] = [
    {
      ...usual,
      name: 'way',
      title: 'Direction',
      type: 'choice',
      choices: [{ value: 'up', title: 'LAN to WAN' }],
      unit: null,
    },
    { ...usual, name: 'durationS', title: 'Load for', type: 'number', choices: [], unit: 's' },
    ...fields,
  ]
  expect(paramWords(known, { way: 'up', durationS: 30, compareOff: false, old: 1 })).toEqual([
    'Direction: LAN to WAN',
    'Load for: 30 s',
    'Measure again without: no',
    'old: 1',
  ])
})
