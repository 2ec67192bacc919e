import { expect, it } from 'vitest'
import type { CriterionResult } from '@/server/domain/run'
import { criteriaMatrix } from './matrix'

const result = (id: string, limit: string | null): CriterionResult => ({
  id,
  title: `Title of ${id}`,
  verdict: 'pass',
  reason: '',
  limit: limit === null ? null : { value: null, unit: '', text: limit },
  measured: null,
  evidence: [],
})

it('has a row per criterion, a cell per run, and names limits that differ', () => {
  const rows = criteriaMatrix([
    { id: 'a', criteria: [result('primary', '≤ 5 s'), result('garp', null)] },
    { id: 'b', criteria: [result('primary', '≤ 4 s'), result('formed', '2 nodes')] },
    { id: 'c', criteria: [] },
  ])
  expect(
    rows.map(({ id, limit, limitsDiffer, cells }) => [id, limit, limitsDiffer, cells.map((c) => c !== null)]),
  ).toEqual([
    ['primary', null, true, [true, true, false]],
    ['garp', null, false, [true, false, false]],
    ['formed', '2 nodes', false, [false, true, false]],
  ])
})
