import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapHistogram } from './gap-histogram'
import { gapThresholdMs, wanOutage } from './outage'
import { gapsIn, type Segment, segmentWatcher, unionOf } from './segments'

const GAP_MS = 50
const watch = (stamps: readonly number[], gapMs = GAP_MS, maxSegments?: number): Segment[] => {
  const watcher = segmentWatcher(gapMs, maxSegments)
  for (const stamp of stamps) watcher.add(stamp)
  return watcher.segments()
}
const every = (spacingMs: number, fromMs: number, toMs: number) =>
  Array.from({ length: Math.floor((toMs - fromMs) / spacingMs) + 1 }, (_, i) => fromMs + i * spacingMs)

/** All pauses longer than a gap, the slow and certain way. */
const pauses = (stamps: readonly number[], gapMs: number): number[] => {
  const sorted = stamps.toSorted((a, b) => a - b)
  return sorted.slice(1).flatMap((stamp, i) => (stamp - (sorted[i] ?? 0) > gapMs ? [stamp - (sorted[i] ?? 0)] : []))
}

describe('segments', () => {
  it('end at pauses, packet by packet', () => {
    expect(watch([...every(10, 0, 1000), ...every(10, 1600, 2000)])).toEqual([
      { fromMs: 0, toMs: 1000, packets: 101 },
      { fromMs: 1600, toMs: 2000, packets: 41 },
    ])
    expect(watch([])).toEqual([])
  })

  it('take packets a little out of order, and none of a clock that was set back', () => {
    expect(watch([1000, 1020, 1010, 990, 1030, 500, 1040])).toEqual([{ fromMs: 990, toMs: 1040, packets: 6 }])
    // The clock goes back by 0.6 s in the middle of a second of traffic: what comes then hides no pause.
    expect(watch([...every(10, 1000, 2000), ...every(10, 1400, 1900), ...every(10, 2100, 2200)])).toEqual([
      { fromMs: 1000, toMs: 2000, packets: 101 },
      { fromMs: 2100, toMs: 2200, packets: 11 },
    ])
  })

  it('stay within their number by counting only longer pauses', () => {
    const stamps = every(100, 0, 100_000)
    const watcher = segmentWatcher(60, 10)
    for (const stamp of stamps) watcher.add(stamp)
    expect(watcher.segments()).toEqual([{ fromMs: 0, toMs: 100_000, packets: stamps.length }])
    expect(watcher.gapMs()).toBe(120)
  })

  it('of several NICs together show the same pauses as all their packets in one list', () => {
    const stamps = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 })
    fc.assert(
      fc.property(fc.array(stamps, { minLength: 1, maxLength: 4 }), (nics) => {
        const all = nics.flat()
        const union = unionOf(
          nics.map((list) => watch(list.toSorted((a, b) => a - b))),
          GAP_MS,
        )
        const end = Math.max(0, ...all)
        const found = gapsIn(union, GAP_MS, { fromMs: 0, toMs: end }).map(({ fromMs, toMs }) => toMs - fromMs)
        expect(found).toEqual(pauses(all, GAP_MS))
        expect(union.reduce((sum, { packets }) => sum + packets, 0)).toBe(all.length)
      }),
    )
  })
})

describe('an outage over several NICs', () => {
  const paths = (streams: Segment[][], endMs: number) => ({ streams, gapMs: GAP_MS, spacingMs: 10, edgeMs: 0, endMs })
  const first = watch(every(10, 0, 5000))
  const second = watch(every(10, 6200, 9000))

  it('ends when another NIC takes over', () => {
    const { gaps, worst } = wanOutage(paths([first, second], 9000), 5000, 'enp2s0f2, enp2s0f0')
    expect(gaps).toEqual([{ fromMs: 5000, toMs: 6200, isOpen: false, pauseMs: 1200 }])
    expect(worst?.measurement).toMatchObject({ ms: 1200, plusMs: 0, minusMs: 20, method: 'TBM' })
    expect(worst?.bounds).toEqual({ lowerMs: 1180, upperMs: 1200 })
  })

  it('is open when nobody did', () => {
    const { worst } = wanOutage(paths([first], 9000), 4900, 'enp2s0f2')
    const never = Number.POSITIVE_INFINITY
    const bounds = { lowerMs: 3980, upperMs: null }
    expect(worst).toEqual({ fromMs: 5000, toMs: 9000, bounds, mostMs: never, measurement: null })
  })

  it('that nobody saw end is worse than a longer one that ended', () => {
    const { worst } = wanOutage(paths([first, watch(every(10, 8000, 8500))], 9000), 5000, 'x')
    expect(worst).toMatchObject({ fromMs: 8500, toMs: 9000, measurement: null })
  })

  it('that goes on behind the next change is known to its end, and no worse than a longer one before', () => {
    const streams = [first, watch(every(10, 8000, 8500)), watch(every(10, 9400, 9800))]
    expect(wanOutage(paths(streams, 9000), 5000, 'x').worst).toMatchObject({ fromMs: 5000, toMs: 8000, mostMs: 3000 })
    const { worst } = wanOutage(paths(streams, 9000), 8200, 'x')
    expect(worst).toMatchObject({ fromMs: 8500, toMs: 9000, mostMs: 900, bounds: { upperMs: null }, measurement: null })
  })

  it('is none where traffic went on: at most a gap that is not told', () => {
    const { gaps, worst } = wanOutage(paths([first, watch(every(10, 4980, 9000))], 9000), 4000, 'x')
    expect([gaps, worst?.bounds]).toEqual([[], { lowerMs: 0, upperMs: GAP_MS }])
  })

  it('is not known where no traffic was seen before', () => {
    expect(wanOutage(paths([second], 9000), 5000, 'x').worst).toBeNull()
    expect(wanOutage(paths([], 9000), 5000, 'x').worst).toBeNull()
  })

  it('leaves out what was before', () => {
    const early = watch([...every(10, 0, 1000), ...every(10, 1500, 5000)])
    expect(wanOutage(paths([early, second], 9000), 4000, 'x').gaps).toEqual([
      { fromMs: 5000, toMs: 6200, isOpen: false, pauseMs: 1200 },
    ])
  })

  it('of requests alone lies in the interval that their answers show, whichever way is the longer', () => {
    const [spacingMs, cut] = [20, 10_000]
    const gapMs = gapThresholdMs(spacingMs)
    const answers = (fromMs: number, toMs: number, tripMs: number) =>
      watch(
        every(spacingMs, fromMs + 7, toMs - 1).map((sentMs) => sentMs + tripMs),
        gapMs,
      )
    const trip = fc.integer({ min: 5, max: 600 })
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 8000 }), trip, trip, (outageMs, beforeMs, afterMs) => {
        const back = cut + outageMs
        const streams = [answers(0, cut, beforeMs), answers(back, back + 5000, afterMs)]
        const trips = { lateMs: Math.max(beforeMs, afterMs), earlyMs: () => Math.abs(beforeMs - afterMs) }
        const { worst } = wanOutage({ streams, gapMs, spacingMs, edgeMs: 0, endMs: back + 5000, ...trips }, cut, 'x')
        expect(outageMs).toBeLessThanOrEqual(worst?.bounds.upperMs ?? 0)
        expect(outageMs).toBeGreaterThanOrEqual(worst?.bounds.lowerMs ?? Number.POSITIVE_INFINITY)
      }),
    )
  })

  it('is none for certain where nothing was sent meanwhile', () => {
    const { worst } = wanOutage({ ...paths([first, second], 9000), unsentMs: () => 1210 }, 5000, 'x')
    expect(worst?.bounds).toEqual({ lowerMs: 0, upperMs: 1200 })
  })

  it('may be off by what the clock ran away meanwhile', () => {
    const { worst } = wanOutage({ ...paths([first, second], 9000), clockMs: 30 }, 5000, 'x')
    expect(worst?.bounds).toEqual({ lowerMs: 1150, upperMs: 1230 })
  })

  it('holds a planted outage in its interval, whatever the phase of the packets', () => {
    const inputs = fc.record({
      spacingMs: fc.integer({ min: 1, max: 40 }),
      outageMs: fc.integer({ min: 300, max: 8000 }),
      phaseA: fc.integer({ min: 0, max: 39 }),
      phaseB: fc.integer({ min: 0, max: 39 }),
    })
    fc.assert(
      fc.property(inputs, ({ spacingMs, outageMs, phaseA, phaseB }) => {
        const cut = 10_000
        const back = cut + outageMs
        const a = every(spacingMs, phaseA % spacingMs, cut - 1).filter((stamp) => stamp < cut)
        const b = every(spacingMs, back + (phaseB % spacingMs), back + 5000)
        const gapMs = gapThresholdMs(spacingMs)
        const streams = [watch(a, gapMs), watch(b, gapMs)]
        const { worst } = wanOutage({ streams, gapMs, spacingMs, edgeMs: 0, endMs: back + 5000 }, cut, 'x')
        expect(outageMs).toBeLessThanOrEqual(worst?.bounds.upperMs ?? 0)
        expect(outageMs).toBeGreaterThanOrEqual(worst?.bounds.lowerMs ?? Number.POSITIVE_INFINITY)
      }),
    )
  })
})

describe('a histogram of gaps', () => {
  it('gives quantiles to 5 % above', () => {
    const histogram = gapHistogram()
    expect(histogram.quantile(0.5)).toBeNull()
    const values = Array.from({ length: 1000 }, (_, i) => (i + 1) / 10)
    for (const value of values) histogram.add(value)
    for (const p of [0.01, 0.5, 0.99]) {
      const exact = values[Math.ceil(p * 1000) - 1] ?? 0
      const found = histogram.quantile(p) ?? 0
      expect(found).toBeGreaterThanOrEqual(exact * 0.999)
      expect(found).toBeLessThanOrEqual(exact * 1.051)
    }
    histogram.add(1e9)
    histogram.add(0)
    expect(histogram.count()).toBe(1002)
  })
})
