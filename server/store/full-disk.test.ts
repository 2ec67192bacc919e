import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventBody } from '../domain/event'
import type { SampleRow } from '../domain/sample'
import { readAllEvents } from './event-reader'
import { PrismaEventLog } from './events'
import { PrismaLabStateStore } from './lab-state'
import { PrismaRunStore } from './runs'
import { PrismaSampleStore } from './samples'
import { testDatabase, testRun } from './test-database'
import { PrismaUndoJournal } from './undo'

const note = (n: number): EventBody => ({ kind: 'note', level: 'info', message: `${n} `.repeat(300), hint: null })
/** Nothing to compress in it. */
const rows = Array.from(
  { length: 5000 },
  (_, i): SampleRow => [0, 1.7e12 + Math.random() * 1e6, i, Math.random(), 64, 64],
)

describe('a disk that is full', { timeout: 60_000 }, () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  beforeEach(async () => {
    db = await testDatabase()
    await new PrismaRunStore(db.database).create(testRun('a'))
  })
  afterEach(() => db.drop())

  /** What SQLite itself says when it cannot get another page. */
  const limitTo = (pages: number) =>
    db.database.run((prisma) => prisma.$queryRawUnsafe(`PRAGMA max_page_count=${pages}`))

  it('refuses what changes the lab, says what to do, keeps what it has, and takes everything again once there is room', async () => {
    const log = new PrismaEventLog(db.database)
    const samples = new PrismaSampleStore(db.database)
    const undo = new PrismaUndoJournal(db.database)
    const undone = { kind: 'unit-active', instance: 'fw0', unit: 'bpfrxd' } as const
    await log.append('a', note(0))
    await limitTo(1)
    const appends = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => log.append('a', note(i + 1))))
    expect(appends.at(-1)).toMatchObject({
      reason: { code: 'store', message: 'the disk with the database is full', hint: expect.stringContaining('Free') },
    })
    // Pages that are there already may still take an entry or two.
    const recorded = await Promise.allSettled(Array.from({ length: 40 }, () => undo.record('a', 'x', undone)))
    expect(recorded.at(-1)).toMatchObject({ reason: { code: 'store' } })
    samples.push('a', 'probe:internet', rows)
    await expect(samples.flush('a')).rejects.toMatchObject({ code: 'store' })
    const kept = recorded.filter(({ status }) => status === 'fulfilled').length
    expect(await undo.open('a')).toHaveLength(kept)

    await limitTo(1_000_000)
    await log.append('a', note(99))
    await samples.close('a')
    await new PrismaRunStore(db.database).patch('a', { phase: 'ended', ending: 'error' })
    const quarantine = { reason: 'x', differences: [], runId: 'a', sinceMs: 1 }
    await new PrismaLabStateStore(db.database).setQuarantine('lab', quarantine)
    const events = await readAllEvents(db.database, 'a')
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    const stored = appends.filter(({ status }) => status === 'fulfilled').length
    expect(events).toHaveLength(stored + 2)
    let count = 0
    for await (const part of samples.read('a', 'probe:internet')) count += part.rows.length
    expect(count).toBe(rows.length)
  })
})
