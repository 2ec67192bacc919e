import { describe, expect, it } from 'vitest'
import { clampView, liveLengthMs, pan, percent, place, timeTicks, valueAt, valueAxis, zoom } from './scale'

const all = { fromMs: 1000, toMs: 11_000 }

describe('scale', () => {
  it('places instants and spans in percent of the view, clipped', () => {
    expect(percent(all, 6000)).toBe(50)
    expect(place(all, { fromMs: 0, toMs: 2000 })).toEqual({ left: 0, width: 10 })
    expect(place(all, { fromMs: 12_000, toMs: 13_000 })).toBeNull()
  })

  it('zooms around an instant that keeps its place', () => {
    const view = zoom(all, all, 0.5, 3500)
    expect(view).toEqual({ fromMs: 2250, toMs: 7250 })
    expect(percent(view, 3500)).toBeCloseTo(percent(all, 3500))
  })

  it('never leaves the run', () => {
    expect(pan({ fromMs: 8000, toMs: 10_000 }, all, 1)).toEqual({ fromMs: 9000, toMs: 11_000 })
    expect(clampView({ fromMs: 0, toMs: 99_000 }, all)).toEqual(all)
    const tiny = clampView({ fromMs: 5000, toMs: 5001 }, all)
    expect(tiny.toMs - tiny.fromMs).toBe(20)
  })

  it('ticks at round seconds from the origin', () => {
    const ticks = timeTicks({ fromMs: 995_000, toMs: 1_005_000 }, 1_000_000, 5)
    expect(ticks.map((t) => t.text)).toEqual(['−4', '−2', '0', '2', '4'])
    expect(ticks[2]?.ms).toBe(1_000_000)
  })

  it('grows a live axis in rare round steps', () => {
    expect(liveLengthMs(100)).toBe(10_000)
    expect(liveLengthMs(9900)).toBe(15_000)
    expect(liveLengthMs(3 * 3_600_000 - 1)).toBe(4 * 3_600_000)
  })

  it('finds the value under the crosshair', () => {
    const points = [
      [0, 1],
      [10, null],
      [20, 3],
    ] as const
    expect(valueAt(points, -1)).toBeNull()
    expect(valueAt(points, 5)).toBe(1)
    expect(valueAt(points, 12)).toBeNull()
    expect(valueAt(points, 99)).toBe(3)
  })

  it('ends a value axis at a round number', () => {
    expect(valueAxis(0.83).max).toBe(1)
    expect(valueAxis(0)).toEqual({ max: 1, ticks: [0, 0.5, 1] })
  })
})
