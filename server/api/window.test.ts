import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SampleRow } from '../domain/sample'
import { testRun } from '../store/test-database'
import { testServices } from './test-services'
import { thin } from './thin'
import { readWindow } from './window'

const START_MS = 1_763_629_343_000
const COUNT = 120_000
/** First and last lost sequence. */
const LOST = [
  [5000, 5700],
  [49_990, 60_500],
  [80_000, 80_000],
] as const

const at = (n: number) => START_MS + n * 5
const isLost = (n: number) => LOST.some(([first, last]) => n >= first && n <= last)

/** 5 ms probes, wrapped sequences; one row each, so that index and number are the same. */
const rows: SampleRow[] = Array.from({ length: COUNT }, (_, n) =>
  isLost(n)
    ? [1, at(n), n % 65_536, null, null, null]
    : [0, at(n), n % 65_536, n === 90_001 ? 99 : 1 + (n % 7) / 10, 64, 64],
)

describe('readWindow of a long stream', () => {
  let world: Awaited<ReturnType<typeof testServices>>
  const end = async () => {
    await world.log.samples.close('a')
    await world.log.runs.patch('a', { phase: 'ended', ending: 'completed', verdict: 'pass', endedAt: at(COUNT) })
  }
  const ask = async (range: { fromMs?: number; toMs?: number } = {}) => {
    const { series } = await readWindow(world.services, { id: 'a', maxPoints: 800, streams: ['probe:x'], ...range })
    if (!series[0]) throw new Error('no series')
    return series[0]
  }
  beforeEach(async () => {
    world = await testServices()
    await world.log.runs.create(testRun('a'))
    for (let first = 0; first < COUNT; first += 4000)
      world.log.samples.push('a', 'probe:x', rows.slice(first, first + 4000))
    await world.log.samples.flush('a')
  })
  afterEach(() => world.drop())

  const edges = LOST.flatMap(([first, last]) => [first - 1, first, last, last + 1])

  it('keeps the edges of every outage and the peak, of an ended run and of one that goes on', async () => {
    const live = await ask()
    await end()
    await world.log.compactor.idle()
    expect(await world.database.run((p) => p.sampleOverview.count())).toBe(1)
    for (const { indexes, rows: kept, count, firstIndex, lastIndex } of [live, await ask()]) {
      expect({ count, firstIndex, lastIndex }).toEqual({ count: COUNT, firstIndex: 0, lastIndex: COUNT - 1 })
      expect(indexes).toEqual(expect.arrayContaining([0, ...edges, 90_001, COUNT - 1]))
      expect(indexes.length).toBeLessThanOrEqual(800)
      expect(kept).toEqual(indexes.map((index) => rows[index]))
    }
  })

  it('goes on from what it has seen while a run grows', async () => {
    await ask()
    const more: SampleRow[] = Array.from({ length: 100 }, (_, i) => [0, at(COUNT + i), (COUNT + i) % 65_536, 2, 64, 64])
    world.log.samples.push('a', 'probe:x', more)
    expect((await ask()).lastIndex).toBe(COUNT + 99)
  })

  it('ends a range exactly, and an outage that it cuts at its last loss inside', async () => {
    await end()
    const { indexes, rows: kept, count } = await ask({ fromMs: at(55_000), toMs: at(115_000) })
    expect(count).toBe(60_001)
    expect([indexes[0], indexes.at(-1)]).toEqual([55_000, 115_000])
    expect(indexes).toEqual(expect.arrayContaining([60_500, 60_501, 79_999, 80_000, 80_001, 90_001]))
    expect(kept).toEqual(indexes.map((index) => rows[index]))
    const left = await ask({ fromMs: at(0), toMs: at(55_000) })
    expect(left.indexes).toEqual(expect.arrayContaining([4999, 5000, 5700, 5701, 49_989, 49_990, 55_000]))
  })

  it('opens a run that has no overview yet, and keeps it for the next time', async () => {
    await end()
    await world.log.compactor.idle()
    await world.database.run((p) => p.sampleOverview.deleteMany())
    const { indexes } = await ask()
    expect(indexes).toEqual(expect.arrayContaining(edges))
    expect(await world.database.run((p) => p.sampleOverview.count())).toBe(1)
  })

  it('reads an ended run once for all who look at it whole, and again after it could not be read', async () => {
    await ask()
    await end()
    const streams = vi.spyOn(world.services.samples, 'streams').mockRejectedValueOnce(new Error('busy'))
    await expect(ask()).rejects.toThrow('busy')
    expect(await ask()).toEqual(await ask())
    expect(streams).toHaveBeenCalledTimes(2)
    await ask({ fromMs: at(0), toMs: at(100) })
    expect(streams).toHaveBeenCalledTimes(3)
  })

  it('shows every sample of a short stretch, and thins a longer one as thin() does', async () => {
    await end()
    const near = await ask({ fromMs: at(60_200), toMs: at(60_800) })
    expect(near.indexes).toEqual(Array.from({ length: 601 }, (_, i) => 60_200 + i))
    const far = await ask({ fromMs: at(4000), toMs: at(24_000) })
    expect(far.indexes).toEqual(thin('probe', rows.slice(4000, 24_001), 800).map((i) => 4000 + i))
  })
})
