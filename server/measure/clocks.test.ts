import { describe, expect, it } from 'vitest'
import type { RunContext } from '../domain/run'
import { moveInterval } from './clocks'

const context = {
  softwareVersions: {},
  toolVersions: {},
  clocks: { lan: { offsetMs: 250, errorMs: 2 }, fw0: { offsetMs: -40, errorMs: 3 } },
  macs: {},
  switches: [],
} as RunContext

describe('intervals between clocks', () => {
  const at = { fromMs: 1000, toMs: 1010 }

  it('moves by both offsets and widens by both errors', () => {
    expect(moveInterval(at, 'fw0', null, context)).toEqual({ fromMs: 1037, toMs: 1053 })
    expect(moveInterval(at, 'fw0', 'lan', context)).toEqual({ fromMs: 1285, toMs: 1305 })
  })

  it('comes back around its beginning', () => {
    const there = moveInterval(at, 'fw0', 'lan', context)
    const back = there && moveInterval(there, 'lan', 'fw0', context)
    expect(back?.fromMs).toBeLessThanOrEqual(at.fromMs)
    expect(back?.toMs).toBeGreaterThanOrEqual(at.toMs)
  })

  it('never widens a gap on one clock, and says nothing of a clock that was not measured', () => {
    expect(moveInterval(at, 'lan', 'lan', null)).toEqual(at)
    expect(moveInterval(at, 'lan', 'wan', context)).toBeNull()
    expect(moveInterval(at, 'lan', null, null)).toBeNull()
  })
})
