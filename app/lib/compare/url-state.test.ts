import { expect, it } from 'vitest'
import { chosenRuns, compareHref, repeatHref, selectHref } from './url-state'

it('takes each run once, at most ten, and says how many are left out', () => {
  expect(chosenRuns(['a', 'b', 'a', '', ' c '])).toEqual({ ids: ['a', 'b', 'c'], over: 0 })
  const many = Array.from({ length: 12 }, (_, i) => `r${i}`)
  expect(chosenRuns(many)).toEqual({ ids: many.slice(0, 10), over: 2 })
})

it('writes ids into links', () => {
  expect(compareHref(['a', 'b&c'])).toBe('/compare?runs=a,b%26c')
  expect(repeatHref('a', ['a', 'b'])).toBe('/runs/a?repeats=a,b')
  expect(repeatHref('a', ['a'])).toBe('/runs/a')
  expect(selectHref([])).toBe('/history')
  expect(selectHref(['a'])).toBe('/history?select=a')
})
