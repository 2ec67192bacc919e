import { expect, it } from 'vitest'
import { differingParams } from './params'

it('names only the parameters in which runs differ', () => {
  const runs = [
    { id: 'a', params: { mode: 'kill-9', waitS: 30 } },
    { id: 'b', params: { mode: 'force-stop', waitS: 30 } },
    { id: 'c', params: {} },
  ]
  expect([...differingParams(runs.slice(0, 2)).values()]).toEqual([['mode kill-9'], ['mode force-stop']])
  expect(differingParams(runs).get('a')).toEqual(['mode kill-9'])
  expect(differingParams(runs).get('c')).toEqual([])
})
