import { describe, expect, it } from 'vitest'
import { backgroundOf, lossAsBefore } from './background'
import type { ProbeBaseline } from './baseline'

const baseline = (offered: number, lost: number, longestLossRun = Math.min(1, lost)): ProbeBaseline => ({
  offered,
  lost,
  longestLossRun,
  rttMinMs: 1,
  rttMedianMs: 1,
  rttMaxMs: 1,
  rttsMs: [],
  spacing: { medianMs: 5, p95Ms: 5, answeredMedianMs: 5, silentMedianMs: null },
})

describe('what a baseline allows', () => {
  it('takes three losses in a row for an outage after a clean one, however short', () => {
    expect(backgroundOf(baseline(1000, 0), 4000)).toMatchObject({ longestRun: 2, edgeProbes: 0, nearLosses: 0 })
    expect(backgroundOf(baseline(5, 0), 30).longestRun).toBe(2)
  })

  it('allows longer runs, doubtful edges and near losses the more it lost itself', () => {
    const lossy = backgroundOf(baseline(1000, 150), 4000)
    expect(lossy.longestRun).toBeGreaterThan(5)
    expect(lossy.edgeProbes).toBe(2)
    expect(lossy.nearLosses).toBe(3)
    expect(backgroundOf(baseline(1000, 10, 6), 4000).longestRun).toBe(12)
  })

  it('stays finite for a path that answers nothing', () => {
    expect(backgroundOf(baseline(100, 100, 100), 4000).longestRun).toBeGreaterThan(100)
    expect(backgroundOf(baseline(0, 0), 4000).longestRun).toBe(2)
  })
})

describe('loss as before', () => {
  it.each([
    [1000, 0, 1000, 5, true],
    [1000, 0, 1000, 12, false],
    [1000, 150, 1000, 170, true],
    [1000, 150, 1000, 230, false],
    [5, 0, 5, 2, true],
    [0, 0, 100, 1, false],
    [0, 0, 100, 0, true],
  ])('%i offered, %i lost before; %i offered, %i lost after: %s', (offered, lost, after, lostAfter, expected) => {
    expect(lossAsBefore(baseline(offered, lost), after, lostAfter)).toBe(expected)
  })
})
