import { describe, expect, it } from 'vitest'
import { doneAt, setByMs } from './stamped'

const clocks = { fw0: { offsetMs: 500, errorMs: 2 } }
const during = { fromMs: 1000, toMs: 1060 }
/** Done at 1020 to 1030 by the app's clock, stamped by one that is so far ahead of it. */
const stamped = (aheadMs: number, laterMs = aheadMs) => ({
  t0: { fromMs: 1020 + aheadMs, toMs: 1030 + laterMs },
  clock: 'fw0',
  during,
})

describe('what was done between two stamps', () => {
  it('is moved to the app’s clock with the error of the offset, never beyond what the app saw', () => {
    expect(doneAt(stamped(500), clocks)).toEqual({ fromMs: 1018, toMs: 1032 })
    const rough = { fw0: { offsetMs: 500, errorMs: 40 } }
    expect(doneAt(stamped(500), rough)).toEqual(during)
    expect(setByMs(stamped(500), rough)).toBe(0)
  })

  it.each([
    ['forward', stamped(30_500), 29_958],
    ['back', stamped(-29_500), -29_968],
    ['back between the stamps', stamped(500, -29_500), -29_986],
  ])('by a clock that was set %s is known by what the app saw', (_, change, byMs) => {
    expect(doneAt(change, clocks)).toEqual(during)
    expect(setByMs(change, clocks)).toBe(byMs)
  })

  it('by a clock that was set forward between the stamps still lies within both', () => {
    expect(doneAt(stamped(500, 30_500), clocks)).toEqual({ fromMs: 1018, toMs: 1060 })
  })

  it('of an old run goes by its stamps alone, and without an offset nothing is known', () => {
    const { t0, clock } = stamped(500)
    expect(doneAt({ t0, clock }, clocks)).toEqual({ fromMs: 1018, toMs: 1032 })
    expect(setByMs({ t0, clock }, clocks)).toBe(0)
    expect(doneAt({ t0, clock }, undefined)).toBeNull()
    expect(doneAt(stamped(500), undefined)).toEqual(during)
  })
})
