import { describe, expect, it } from 'vitest'
import type { Finding } from '@/server/domain/check'
import { attention, byPlace, summaryOf } from './check-view'

const finding = (id: string, place: Finding['place'], status: Finding['status'] = 'ok'): Finding => ({
  ...{
    id,
    group: 'tool',
    place,
    title: id,
    status,
    found: 'x',
    expected: null,
    differences: [],
    mend: null,
    hint: null,
  },
})

describe('what the check page shows', () => {
  it('counts in words', () => {
    const fine = [finding('a', null), finding('b', null)]
    expect(summaryOf(fine)).toBe('All 2 are fine')
    expect(summaryOf([...fine, finding('c', null, 'unknown')])).toBe('1 of 3 needs attention')
    expect(summaryOf([finding('d', null, 'missing'), finding('e', null, 'differs')])).toBe('2 of 2 need attention')
  })

  it('puts the worst first and leaves out what is fine', () => {
    const all = (['unknown', 'ok', 'differs', 'missing'] as const).map((status) => finding(status, null, status))
    expect(attention(all).map(({ id }) => id)).toEqual(['missing', 'differs', 'unknown'])
  })

  it('groups by place: hosts, instances, the cluster; a host and an instance of one name are two', () => {
    const all = [
      finding('1', null),
      finding('2', { instance: 'a' }),
      finding('3', { host: 'a' }),
      finding('4', { instance: 'a' }),
    ]
    expect(byPlace(all).map(({ findings }) => findings.map(({ id }) => id))).toEqual([['3'], ['2', '4'], ['1']])
  })
})
