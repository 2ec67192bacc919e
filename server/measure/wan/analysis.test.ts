import { describe, expect, it } from 'vitest'
import type { CapturePhase } from '../../domain/wan-run'
import { seeded } from '../testing/random'
import { capturedPaths, wanAnalysis } from './analysis'
import { wanOutage } from './outage'
import { backAt, isOnAt, leftAt, type PathBins, pathChanges, pathUse, periodOf, unclearBins } from './path-use'

const ORIGIN_MS = 1_800_000_000_000
/** Length of the encrypted traffic, and of the router's own probes. */
const TRAFFIC = 1438
const SLA = 142

type Packet = { nic: string; atMs: number; bytes: number }

const periodic = (nic: string, bytes: number, everyMs: number, fromMs: number, toMs: number): Packet[] =>
  Array.from({ length: Math.max(0, Math.ceil((toMs - fromMs) / everyMs)) }, (_, i) => ({
    nic,
    atMs: fromMs + i * everyMs,
    bytes,
  }))

/** 0–5 s idle, 5–10 s loaded, then judged. `clock`: what is stamped at a moment. */
function analysed(packets: readonly Packet[], nics = ['a', 'b', 'c'], clock = (atMs: number) => atMs) {
  const analysis = wanAnalysis({ nics, originMs: ORIGIN_MS, idleS: 5 })
  let phase: CapturePhase = 'idle'
  const begin = (next: CapturePhase) => {
    if (next !== phase) analysis.begin(next)
    phase = next
  }
  for (const { nic, atMs, bytes } of packets.toSorted((x, y) => x.atMs - y.atMs)) {
    begin(atMs < 5000 ? 'idle' : atMs < 10_000 ? 'loaded' : 'judged')
    analysis.add(nic, ORIGIN_MS + clock(atMs), bytes)
  }
  return analysis.read(ORIGIN_MS + 30_000)
}

const slaOf = (nic: string, toMs: number): Packet[] => periodic(nic, SLA, 250, 13, toMs)

describe("traffic among the router's own packets", () => {
  it('is told by its length, and its outage over all NICs, though SLA probes never stop', () => {
    const packets = [
      ...['a', 'b', 'c'].flatMap((nic) => slaOf(nic, 30_000)),
      ...periodic('a', TRAFFIC, 10, 5000, 15_000),
      ...periodic('b', TRAFFIC, 10, 17_400, 30_000),
    ]
    const reading = analysed(packets)
    expect([...(reading.nics.get('b')?.traffic?.lengths ?? [])]).toEqual([TRAFFIC])
    expect(reading.spacingMs).toBeGreaterThan(9.9)
    expect(reading.spacingMs).toBeLessThan(10.6)
    const { gaps, worst } = wanOutage(
      { ...capturedPaths(reading, ['a', 'b', 'c']), endMs: ORIGIN_MS + 30_000 },
      ORIGIN_MS + 14_900,
      'x',
    )
    expect(gaps).toHaveLength(1)
    expect(worst?.measurement?.ms).toBeCloseTo(2410, 0)
    expect(worst?.bounds.lowerMs).toBeLessThanOrEqual(2400)
    const alone = wanOutage({ ...capturedPaths(reading, ['a']), endMs: ORIGIN_MS + 30_000 }, ORIGIN_MS + 14_900, 'a')
    expect(alone.worst?.bounds.upperMs).toBeNull()
  })

  it('is told by its rate where it is as long as the SLA probes', () => {
    const packets = [
      ...['a', 'b'].flatMap((nic) => slaOf(nic, 30_000)),
      ...periodic('a', SLA, 5, 5000, 15_000),
      ...periodic('b', SLA, 5, 18_000, 30_000),
    ]
    const reading = analysed(packets, ['a', 'b'])
    expect(reading.nics.get('a')?.traffic?.isByRate).toBe(true)
    const { worst } = wanOutage(
      { ...capturedPaths(reading, ['a', 'b']), endMs: ORIGIN_MS + 30_000 },
      ORIGIN_MS + 14_900,
      'x',
    )
    expect(worst?.measurement?.ms).toBeGreaterThan(2900)
    expect(worst?.measurement?.ms).toBeLessThan(3150)
    expect(worst?.bounds.lowerMs).toBeLessThan(3000)
    expect(worst?.bounds.upperMs).toBeGreaterThan(3000)
    expect(reading.nics.get('a')?.bins.bins[12]).toBeGreaterThan(190)
    expect(reading.nics.get('a')?.bins.bins[20]).toBe(0)
  })

  it('counts every packet where nothing came on top', () => {
    const reading = analysed(slaOf('a', 20_000), ['a'])
    expect(reading.nics.get('a')).toMatchObject({ traffic: null, packets: 80 })
    expect(reading.nics.get('a')?.segments.reduce((sum, { packets }) => sum + packets, 0)).toBe(40)
  })

  it('is told apart from lengths that only now and then came while idle', () => {
    const random = seeded(7)
    const noise = Array.from({ length: 600 }, () => ({
      nic: 'a',
      atMs: random() * 30_000,
      bytes: 60 + Math.floor(random() * 40),
    }))
    const reading = analysed([...noise, ...periodic('a', TRAFFIC, 10, 5000, 30_000)], ['a'])
    expect(reading.nics.get('a')?.traffic?.lengths.has(TRAFFIC)).toBe(true)
    expect(
      wanOutage({ ...capturedPaths(reading, ['a']), endMs: ORIGIN_MS + 30_000 }, ORIGIN_MS + 11_000, 'a').worst
        ?.measurement?.ms,
    ).toBe(0)
  })

  it('is not spaced by two packets of something else that came right after each other', () => {
    const once = [6000, 6001].map((atMs) => ({ nic: 'b', atMs, bytes: 300 }))
    const { spacingMs } = analysed([...once, ...periodic('a', TRAFFIC, 100, 5000, 30_000)])
    expect(spacingMs).toBeGreaterThan(99)
  })

  it.each([
    ['told by its length', TRAFFIC],
    ['told by its rate', SLA],
  ])('%s, says when the clock was set back', (_how, bytes) => {
    const packets = [...slaOf('a', 30_000), ...periodic('a', bytes, 5, 5000, 30_000)]
    const backwards = (clock?: (atMs: number) => number) => analysed(packets, ['a'], clock).nics.get('a')?.backwards
    expect(backwards()).toBe(0)
    expect(backwards((atMs) => (atMs < 20_000 ? atMs : atMs - 3000))).toBeGreaterThan(500)
  })

  it('takes no more memory for a million packets', () => {
    const analysis = wanAnalysis({ nics: ['a'], originMs: ORIGIN_MS })
    analysis.begin('judged')
    for (let i = 0; i < 1_000_000; i++) analysis.add('a', ORIGIN_MS + i * 0.05, TRAFFIC)
    const { segments, bins, packets } = analysis.read(ORIGIN_MS + 50_000).nics.get('a') ?? {}
    expect([segments?.length, bins?.bins.length, packets]).toEqual([1, 50, 1_000_000])
  })
})

const bins = (counts: number[]): PathBins => ({ originMs: 0, binMs: 1000, bins: counts })

describe('the path in use', () => {
  it('is the one that carries most of it', () => {
    const use = pathUse(
      new Map([
        ['starlink-1', bins([100, 100, 50, 0, 0, 5])],
        ['starlink-2', bins([0, 1, 50, 0, 100, 95])],
      ]),
    )
    expect(use).toEqual([
      { path: 'starlink-1', fromMs: 0, toMs: 2000 },
      { path: 'shared', fromMs: 2000, toMs: 3000 },
      { path: null, fromMs: 3000, toMs: 4000 },
      { path: 'starlink-2', fromMs: 4000, toMs: 6000 },
    ])
    expect(pathChanges(use, 1000)).toEqual([{ fromMs: 1000, toMs: 5000, from: 'starlink-1', to: 'starlink-2' }])
    expect(pathUse(new Map())).toEqual([])
    expect(unclearBins(use, 1000, { fromMs: 0, toMs: 6000 })).toBe(0)
    const shared = pathUse(
      new Map([
        ['a', bins([10, 10, 10])],
        ['b', bins([10, 10, 10])],
      ]),
    )
    expect(unclearBins(shared, 1000, { fromMs: 0, toMs: 3000 })).toBe(2)
  })

  it('that flaps every 10 s is found out', () => {
    const seconds = Array.from({ length: 120 }, (_, i) => i)
    const isFirst = (second: number) => Math.floor(second / 10) % 2 === 0
    const use = pathUse(
      new Map([
        ['a', bins(seconds.map((second) => (isFirst(second) ? 100 : 0)))],
        ['b', bins(seconds.map((second) => (isFirst(second) ? 0 : 100)))],
      ]),
    )
    const changes = pathChanges(use, 1000)
    expect(changes).toHaveLength(11)
    expect(changes[0]).toEqual({ fromMs: 9000, toMs: 11_000, from: 'a', to: 'b' })
    expect(periodOf(changes)).toBe(20_000)
    expect(periodOf(changes.slice(0, 2))).toBeNull()
  })

  it('has left a link when it stays away, and is back when it stays', () => {
    const link = bins([100, 100, 100, 60, 5, 80, 3, 0, 2, 0, 0, 0, 70, 90, 100, 100])
    const question = { afterMs: 2500, validationMs: 4000, baseline: 100 }
    const paths = (...others: number[]) =>
      new Map([
        ['a', link],
        ['b', bins(link.bins.map((count, at) => others[at] ?? 100 - count))],
      ])
    expect(leftAt(paths(), 'a', question)).toEqual({ fromMs: 5000, toMs: 6110 })
    expect(backAt(link, { ...question, afterMs: 7000 })).toEqual({ fromMs: 11_000, toMs: 13_000 })
    const stays = bins([100, 100, 100, 100])
    expect(leftAt(new Map([['a', stays]]), 'a', question)).toBeNull()
    expect([isOnAt(stays, 3500, 100), isOnAt(link, 7500, 100)]).toEqual([true, false])
  })

  it('has not left a link when it has stopped everywhere, or is less on all of them', () => {
    const question = { afterMs: 1000, validationMs: 2000, baseline: 100 }
    const nothing = bins([100, 0, 0, 0, 0])
    expect(leftAt(new Map([['a', nothing]]), 'a', question)).toBeNull()
    expect(leftAt(new Map([['a', bins([100, 8, 8, 8, 8])]]), 'a', question)).toBeNull()
  })
})
