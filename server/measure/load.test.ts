import { describe, expect, it } from 'vitest'
import { type SampleRow, SUM_SOCKET } from '../domain/sample'
import { overheadOf, summarizeLoad } from './load'

const START_MS = 1_700_000_000_000

/** SUM lines of half a second each. */
const rowsOf = (rates: readonly number[], retransmits: number | null = 1): SampleRow[] =>
  rates.map((bitPerS, i) => [
    ...[SUM_SOCKET, i / 2, (i + 1) / 2, bitPerS / 16, bitPerS, retransmits, START_MS + (i + 1) * 500],
  ])

const steady = (count: number, bitPerS = 1e9) => Array.from({ length: count }, () => bitPerS)

describe('a load', () => {
  it('is summed up without its first two seconds', () => {
    const load = summarizeLoad(rowsOf([1e6, 1e6, 1e6, 1e6, ...steady(20, 2e9), ...steady(20, 1e9)]))
    expect(load).toMatchObject({
      intervals: 40,
      mean: 1.5e9,
      min: 1e9,
      max: 2e9,
      zeros: 0,
      collapses: 0,
      retransmits: 44,
    })
    expect(load?.blocks).toEqual([2e9, 2e9, 1e9, 1e9])
    expect(load?.window).toEqual({ fromMs: START_MS, toMs: START_MS + 22_000 })
  })

  it('leaves open what its printed digits do', () => {
    expect(summarizeLoad(rowsOf(steady(20, 1.23e9)))?.rounding).toBeCloseTo(5e6, 0)
    expect(summarizeLoad(rowsOf(steady(20, 95.1e6)))?.rounding).toBeCloseTo(5e4, 0)
  })

  it('stands still in a zero interval, collapses below a fifth of its peak after it; its last interval is neither', () => {
    expect(summarizeLoad(rowsOf([...steady(10), 0, 0, ...steady(10)]))).toMatchObject({ zeros: 2, collapses: 0 })
    expect(summarizeLoad(rowsOf([...steady(10), 1.9e8, ...steady(10)]))).toMatchObject({ zeros: 0, collapses: 1 })
    expect(summarizeLoad(rowsOf([...steady(10), 2.1e8, ...steady(10)]))).toMatchObject({ zeros: 0, collapses: 0 })
    expect(summarizeLoad(rowsOf([1e7, 5e7, ...steady(20), 0]))).toMatchObject({ zeros: 0, collapses: 0 })
  })

  it('that was too short says nothing', () => {
    expect(summarizeLoad([])).toBeNull()
    expect(summarizeLoad(rowsOf(steady(4)))).toBeNull()
  })
})

describe('overhead', () => {
  it('covers the difference, and is wide where blocks differ', () => {
    const exact = overheadOf([0.95e9, 0.95e9, 0.95e9], [1e9, 1e9, 1e9])
    expect(exact?.percent).toBeCloseTo(5, 9)
    expect([exact?.lower, exact?.upper].map((value) => Math.round(value ?? Number.NaN))).toEqual([5, 5])
    const rough = overheadOf([0.9e9, 1e9, 0.95e9], [1e9, 1.1e9, 0.9e9])
    expect(rough?.lower).toBeLessThan(0)
    expect(rough?.upper).toBeGreaterThan(20)
  })

  it('of three blocks each errs as Student says', () => {
    // 95 % of a mean of three with a deviation of 10: 4.303 × 10 / √3 = 24.84
    const found = overheadOf([890, 900, 910], [990, 1000, 1010])
    expect(found?.upper).toBeCloseTo((1 - (900 - 24.84) / (1000 + 24.84)) * 100, 1)
    expect(found?.lower).toBeCloseTo((1 - (900 + 24.84) / (1000 - 24.84)) * 100, 1)
  })

  it('is not stated from one block', () => {
    expect(overheadOf([1e9], [1e9, 1e9])).toBeNull()
    expect(overheadOf([], [])).toBeNull()
  })
})
