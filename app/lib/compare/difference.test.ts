import { describe, expect, it } from 'vitest'
import type { Measurement } from '@/server/domain/run'
import { differenceOf } from './difference'

const time = (ms: number, plusMs: number, minusMs: number, title = 'Failover Time'): Measurement => ({
  id: 'failoverTime',
  title,
  ms,
  plusMs,
  minusMs,
  method: 'TBLM',
  source: 'Internet',
})

describe('the difference of two measured times', () => {
  it('has the sum of both errors, each on the side where it counts', () => {
    expect(differenceOf(time(3624, 1, 16), time(3000, 2, 10))).toEqual({
      ms: 624,
      plusMs: 11,
      minusMs: 18,
      withinError: false,
    })
  })

  it('holds every difference that the two truths can have', () => {
    const [a, b] = [time(3010, 4, 9), time(3000, 7, 3)]
    const found = differenceOf(a, b)
    for (const trueA of [3010 - 9, 3010, 3010 + 4])
      for (const trueB of [3000 - 3, 3000, 3000 + 7]) {
        expect(trueA - trueB).toBeGreaterThanOrEqual((found?.ms ?? 0) - (found?.minusMs ?? 0))
        expect(trueA - trueB).toBeLessThanOrEqual((found?.ms ?? 0) + (found?.plusMs ?? 0))
      }
    expect(found?.withinError).toBe(true)
  })

  it('is none between different kinds of time, or without one', () => {
    expect(differenceOf(time(1, 0, 0), time(1, 0, 0, 'Reversion Time'))).toBeNull()
    expect(differenceOf(null, time(1, 0, 0))).toBeNull()
    expect(differenceOf(time(1, 0, 0), null)).toBeNull()
  })
})
