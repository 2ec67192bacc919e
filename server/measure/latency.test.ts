import { describe, expect, it } from 'vitest'
import { boundsAsMeasurement, lastAskedMs, latencyBetween, longestOf } from './latency'

const between = (fromMs: number, toMs: number) => ({ fromMs, toMs })

describe('a latency between two intervals', () => {
  it.each([
    [between(100, 140), between(150, 200), { lowerMs: 10, upperMs: 100 }],
    // They overlap: it may have been at once.
    [between(100, 140), between(120, 170), { lowerMs: 0, upperMs: 70 }],
    [between(100, 100), between(100, 100), { lowerMs: 0, upperMs: 0 }],
    // The other one was seen to have it first: no later, then.
    [between(200, 240), between(100, 150), { lowerMs: 0, upperMs: 0 }],
  ])('%j to %j', (cause, effect, bounds) => {
    expect(latencyBetween(cause, effect)).toEqual(bounds)
  })

  it('covers every pair of moments that it may have been', () => {
    for (let seed = 0; seed < 500; seed++) {
      const cause = between((seed * 7) % 90, ((seed * 7) % 90) + (seed % 13))
      const effect = between(cause.fromMs + (seed % 31), cause.fromMs + (seed % 31) + (seed % 17))
      const { lowerMs, upperMs } = latencyBetween(cause, effect)
      for (const set of [cause.fromMs, cause.toMs])
        for (const shown of [effect.fromMs, effect.toMs])
          if (shown >= set) {
            expect(shown - set).toBeGreaterThanOrEqual(lowerMs)
            expect(shown - set).toBeLessThanOrEqual(upperMs)
          }
    }
  })

  it('of several, the longest lies between the longest bounds', () => {
    const all = [
      { lowerMs: 0, upperMs: 90 },
      { lowerMs: 20, upperMs: 60 },
    ]
    expect(longestOf(all)).toEqual({ lowerMs: 20, upperMs: 90 })
    expect(longestOf([])).toBeNull()
  })

  it('is stated by its middle', () => {
    const measurement = boundsAsMeasurement({ lowerMs: 10, upperMs: 100 }, { id: 'x', title: 'X', source: 'y' })
    expect(measurement).toMatchObject({ ms: 55, plusMs: 45, minusMs: 45, method: 'poll' })
  })
})

it('what was last asked is what was answered, of several questions the one that waits longest', () => {
  const hangs = [
    [100, 110, 0],
    [150, 160, 0],
    [200, 3200, 3],
  ]
  const streams = new Map([
    ['poll:x.node0', hangs],
    ['poll:x.node1', [[300, 310, 0]]],
    ['poll:x.node1.2', hangs],
    ['poll:y.node0', [[100, 110, 2]]],
  ])
  expect(lastAskedMs(streams, 'poll:x.node0')).toBe(150)
  expect(lastAskedMs(streams, 'poll:x.node1')).toBe(150)
  expect(lastAskedMs(streams, 'poll:y.node0')).toBeNull()
  expect(lastAskedMs(streams, 'poll:z.node0')).toBeNull()
})
