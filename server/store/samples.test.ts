import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SampleRow } from '../domain/sample'
import { mergeSamples } from './compaction'
import { PrismaRunStore } from './runs'
import { PrismaSampleStore } from './samples'
import { testDatabase, testRun } from './test-database'

const rowsFrom = (first: number, count: number): SampleRow[] =>
  Array.from({ length: count }, (_, i) => [0, 1_763_629_343_000 + (first + i) * 5, first + i, 0.35, 64, 64])

async function collect(samples: PrismaSampleStore, range = {}): Promise<{ indexes: number[]; rows: SampleRow[] }> {
  const indexes: number[] = []
  const rows: SampleRow[] = []
  for await (const part of samples.read('a', 'probe:x', range))
    for (const [i, row] of part.rows.entries()) {
      indexes.push(part.first + i)
      rows.push(row)
    }
  return { indexes, rows }
}

describe('PrismaSampleStore', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  let samples: PrismaSampleStore
  beforeEach(async () => {
    db = await testDatabase()
    await new PrismaRunStore(db.database).create(testRun('a'))
    samples = new PrismaSampleStore(db.database)
  })
  afterEach(() => db.drop())

  it('gives indexes in the order of the pushes and reads stored and buffered rows alike', async () => {
    expect(samples.push('a', 'probe:x', rowsFrom(0, 10))).toBe(0)
    await samples.flush('a')
    expect(samples.push('a', 'probe:x', rowsFrom(10, 5))).toBe(10)
    expect(await collect(samples)).toEqual({ indexes: Array.from({ length: 15 }, (_, i) => i), rows: rowsFrom(0, 15) })
    expect(await samples.streams('a')).toEqual(['probe:x'])
    await samples.close('a')
    expect(await new PrismaSampleStore(db.database).streams('a')).toEqual(['probe:x'])
  })

  it('flushes by itself within a second', async () => {
    samples.push('a', 'probe:x', rowsFrom(0, 3))
    await expect
      .poll(() => db.database.run((prisma) => prisma.sampleChunk.count()), { timeout: 1500, interval: 50 })
      .toBe(1)
  })

  it('reads by index and by time', async () => {
    for (let first = 0; first < 1000; first += 100) {
      samples.push('a', 'probe:x', rowsFrom(first, 100))
      await samples.flush('a')
    }
    expect((await collect(samples, { fromIndex: 250, toIndex: 449 })).indexes).toEqual(
      Array.from({ length: 200 }, (_, i) => 250 + i),
    )
    const range = { fromMs: 1_763_629_343_000 + 333 * 5 - 1, toMs: 1_763_629_343_000 + 702 * 5 }
    expect((await collect(samples, range)).indexes).toEqual(Array.from({ length: 370 }, (_, i) => 333 + i))
  })

  it('gives every row once while rows are pushed, stored and merged', async () => {
    const seen: number[][] = []
    let pushed = 0
    for (let round = 0; round < 20; round++) {
      samples.push('a', 'probe:x', rowsFrom(pushed, 50))
      pushed += 50
      const reading = collect(samples)
      const storing =
        round % 3 === 2 ? samples.flush('a').then(() => mergeSamples(db.database, 'a')) : samples.flush('a')
      seen.push((await reading).indexes)
      await storing
    }
    seen.push((await collect(samples)).indexes)
    for (const indexes of seen) expect(indexes).toEqual(indexes.map((_, i) => i))
    expect(seen.at(-1)?.length).toBe(pushed)
  })

  it('merges without changing a bit, and again without doing harm', async () => {
    for (let first = 0; first < 9000; first += 90) {
      samples.push('a', 'probe:x', rowsFrom(first, 90))
      await samples.flush('a')
    }
    const before = await collect(samples)
    await samples.close('a')
    await mergeSamples(db.database, 'a')
    expect(await collect(samples)).toEqual(before)
    const chunks = await db.database.run((prisma) => prisma.sampleChunk.count())
    expect(chunks).toBeLessThan(4)
    await mergeSamples(db.database, 'a')
    expect(await db.database.run((prisma) => prisma.sampleChunk.count())).toBe(chunks)
  })

  it('keeps rows that could not be stored, and says so', async () => {
    samples.push('a', 'probe:x', rowsFrom(0, 10))
    await db.database.run((prisma) => prisma.$executeRawUnsafe('PRAGMA query_only=ON'))
    await expect(samples.flush('a')).rejects.toMatchObject({ code: 'store' })
    await db.database.run((prisma) => prisma.$executeRawUnsafe('PRAGMA query_only=OFF'))
    await samples.close('a')
    expect((await collect(samples)).rows).toEqual(rowsFrom(0, 10))
  })

  it('refuses rows of another shape', () => {
    expect(() => samples.push('a', 'probe:x', [[1, 2, 3]])).toThrow('expected rows of 6 columns')
    expect(() => samples.push('a', 'nonsense', [[1]])).toThrow(RangeError)
  })
})
