import { describe, expect, it } from 'vitest'
import { quantileOf, statisticsOf } from './statistics'

describe('statistics of repeats (RFC 8219)', () => {
  it('keeps order out of it', () => {
    expect(statisticsOf([3, 1, 2, 5, 4])).toEqual({ count: 5, min: 1, p1: 1.04, median: 3, mean: 3, p99: 4.96, max: 5 })
  })

  it('has none of nothing, and one of one', () => {
    expect(statisticsOf([])).toBeNull()
    expect(statisticsOf([7])).toEqual({ count: 1, min: 7, p1: 7, median: 7, mean: 7, p99: 7, max: 7 })
    expect(quantileOf([], 0.5)).toBeNull()
    expect(quantileOf([10, 9, 1], 0.5)).toBe(9)
  })
})
