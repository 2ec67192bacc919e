import { describe, expect, it } from 'vitest'
import {
  asClock,
  clampView,
  clock,
  clockTicks,
  liveLengthMs,
  pan,
  percent,
  place,
  timeTicks,
  valueAt,
  valueAxis,
  zoom,
} from './scale'

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

  it('writes hours as a clock does', () => {
    expect([clock(3_723_456, 3), clock(-5000, 0), clock(-0.2, 0), clock(59_999.6, 0)]).toEqual([
      '1:02:03.456',
      '−0:00:05',
      '0:00:00',
      '0:01:00',
    ])
    expect(asClock({ fromMs: 0, toMs: 599_000 }, 0)).toBe(false)
    expect(asClock({ fromMs: 3_600_000, toMs: 3_600_500 }, 0)).toBe(true)
  })

  it('puts ticks at round times, far enough apart for their labels at any zoom and width', () => {
    const hours = clockTicks({ fromMs: 0, toMs: 3 * 3_600_000 }, 20_000, 620)
    expect(hours.map(({ text }) => text)).toEqual(['0:00:00', '0:30:00', '1:00:00', '1:30:00', '2:00:00', '2:30:00'])
    for (const lengthMs of [50, 900, 40_000, 700_000, 86_400_000])
      for (const widthPx of [230, 620, 1400]) {
        const ticks = clockTicks({ fromMs: 5_000_000, toMs: 5_000_000 + lengthMs }, 1234, widthPx)
        expect(ticks.length).toBeGreaterThan(0)
        for (const [i, tick] of ticks.slice(1).entries()) {
          const apartPx = ((tick.ms - (ticks[i]?.ms ?? 0)) / lengthMs) * widthPx
          expect(apartPx).toBeGreaterThan(tick.text.length * 7)
        }
      }
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
