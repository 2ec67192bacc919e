import { describe, expect, it } from 'vitest'
import type { ProbeBaseline } from './baseline'
import { pathDelay, reachMs } from './outage-bounds'

const baseline = (rttsMs: number[]): ProbeBaseline => ({
  offered: rttsMs.length,
  lost: 0,
  longestLossRun: 0,
  rttMinMs: Math.min(...rttsMs),
  rttMedianMs: 10,
  rttMaxMs: Math.max(...rttsMs.filter(Number.isFinite)),
  rttsMs,
  spacing: { medianMs: 10, p95Ms: 10, answeredMedianMs: 10, silentMedianMs: null },
})
const reach = (rttsMs: number[], offsetsMs: number[], rttBeyondMs: number | null = null) => {
  const found = baseline(rttsMs)
  return reachMs(found, offsetsMs, pathDelay(found, [], rttBeyondMs))
}

describe('R, the largest baseline RTT that counts', () => {
  it('is the largest, for a single lost probe', () => {
    expect(reach([10, 10, 50, 10, 10], [0])).toBe(50)
  })

  it('is less where the probes after it would have told earlier', () => {
    expect(reach([10, 10, 50, 10, 10], [0, 10])).toBe(20)
    expect(reach([10, 50, 50, 50, 10, 10], [0, 10, 20])).toBe(50)
    expect(reach([10, 50, 50, 50, 10, 10], [0, 10, 20, 30])).toBe(40)
  })

  it('does not take a lost probe for an early one, and never exceeds the largest', () => {
    expect(reach([10, 50, Number.POSITIVE_INFINITY, 10], [0, 10])).toBe(50)
    expect(reach([10, 12, 11], [0, 100, 200, 300])).toBe(12)
  })

  it('is what lies beyond the device and the jitter, where that is known', () => {
    expect(reach([60, 62, 61], [0], 20)).toBe(22)
    expect(reach([60, 62, 61], [0], 200)).toBe(62)
  })

  it('is unbounded without any answer', () => {
    const none = { ...baseline([]), rttMinMs: null, rttMaxMs: null }
    expect(reachMs(none, [0], pathDelay(none, [], null))).toBe(Number.POSITIVE_INFINITY)
  })
})
