import BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventBody } from '../domain/event'
import type { Report } from '../domain/run'
import { migrateDatabase, openDatabase } from './client'
import { PrismaEventLog } from './events'
import { PrismaRunHistory } from './history'
import { PrismaLabStateStore } from './lab-state'
import { PrismaRunStore } from './runs'
import { PrismaSampleStore } from './samples'
import { testDatabase, testLab, testRun } from './test-database'
import { PrismaUndoJournal } from './undo'

const report = (ms: number): Report => ({
  verdict: 'pass',
  headline: {
    id: 'failoverTime',
    title: 'Failover Time',
    ms,
    plusMs: 1,
    minusMs: 16,
    method: 'TBLM',
    source: 'internet',
  },
  criteria: [],
  measurements: [],
  probes: [],
  t0: null,
  notes: [],
})

let db: Awaited<ReturnType<typeof testDatabase>>
beforeEach(async () => {
  db = await testDatabase()
})
afterEach(() => db.drop())

describe('PrismaRunStore', () => {
  it('keeps a run from the queue to its end and tells of every change', async () => {
    const told: string[] = []
    const runs = new PrismaRunStore(db.database, ({ id, phase, behind }) =>
      told.push(`${id} ${phase} ${behind ?? '-'}`),
    )
    expect(await runs.create(testRun('a'))).toMatchObject({ id: 'a', phase: 'queued', behind: null, limitMs: 5000 })
    expect(await runs.create(testRun('b'))).toMatchObject({ behind: 'a' })
    await runs.patch('a', { phase: 'running', startedAt: 5 })
    await runs.patch('a', { report: report(3624) })
    await runs.patch('a', { phase: 'ended', ending: 'completed', verdict: 'pass', endedAt: 9, message: 'done' })
    expect(await runs.get('a')).toMatchObject({ ending: 'completed', verdict: 'pass', startedAt: 5, endedAt: 9 })
    expect((await runs.get('a'))?.failoverTime).toEqual(report(3624).headline)
    expect((await runs.unfinished()).map((run) => [run.id, run.behind])).toEqual([['b', null]])
    expect(told).toEqual([
      'a queued -',
      'b queued a',
      'a running -',
      'b queued a',
      'a running -',
      'a ended -',
      'b queued -',
    ])
  })

  it('gives the software version of the nodes, both where they differ', async () => {
    const runs = new PrismaRunStore(db.database)
    await runs.create(testRun('a'))
    const context = { toolVersions: {}, clocks: {}, macs: {}, switches: [] }
    await runs.patch('a', { context: { ...context, softwareVersions: { node0: 'v1', node1: 'v1' } } })
    expect(await runs.get('a')).toMatchObject({ softwareVersion: 'v1' })
    await runs.patch('a', { context: { ...context, softwareVersions: { node0: 'v2', node1: 'v1' } } })
    expect(await runs.get('a')).toMatchObject({ softwareVersion: 'v1 / v2' })
  })

  it('refuses a second run of one id and changes of none', async () => {
    const runs = new PrismaRunStore(db.database)
    await runs.create(testRun('a'))
    await expect(runs.create(testRun('a'))).rejects.toMatchObject({ code: 'conflict' })
    await expect(runs.patch('zz', { dirty: true })).rejects.toMatchObject({ code: 'not-found' })
    expect(await runs.get('zz')).toBeNull()
    await expect(runs.evidence('zz')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('gives back everything that was stored as evidence', async () => {
    const runs = new PrismaRunStore(db.database)
    await runs.create(testRun('a'))
    await runs.patch('a', { snapshot: { 'fw0/mtu': '1500' } })
    const body: EventBody = { kind: 'run-started' }
    await new PrismaEventLog(db.database).append('a', body)
    const samples = new PrismaSampleStore(db.database)
    samples.push('a', 'probe:internet', [[0, 1.5, 1, 0.2, 64, 64]])
    await samples.close('a')
    const evidence = await runs.evidence('a')
    expect(evidence.lab).toEqual(testLab())
    expect(evidence.params).toEqual({ mode: 'clean stop' })
    expect(evidence.events).toMatchObject([{ ...body, seq: 1 }])
    expect([...evidence.streams]).toEqual([['probe:internet', [[0, 1.5, 1, 0.2, 64, 64]]]])
    expect(await runs.snapshot('a')).toEqual({ 'fw0/mtu': '1500' })
  })
})

describe('PrismaRunHistory', () => {
  it('filters, pages and gives the trend', async () => {
    const runs = new PrismaRunStore(db.database)
    const history = new PrismaRunHistory(db.database, runs)
    for (let i = 0; i < 7; i++) {
      const id = `r${i}`
      await runs.create({ ...testRun(id, testLab(i < 5 ? 'one' : 'two')), caseId: i % 2 ? 'TC-1' : 'TC-3' })
      if (i % 2 === 0) await runs.patch(id, { report: report(1000 + i) })
      await runs.patch(id, { phase: 'ended', ending: 'completed', verdict: i === 4 ? 'fail' : 'pass' })
    }
    const ids = async (filter: object) =>
      (await history.list(filter, { limit: 50, cursor: null })).runs.map((r) => r.id)
    expect(await ids({})).toEqual(['r6', 'r5', 'r4', 'r3', 'r2', 'r1', 'r0'])
    expect(await ids({ labs: ['two'] })).toEqual(['r6', 'r5'])
    expect(await ids({ cases: ['TC-3'], verdicts: ['pass'] })).toEqual(['r6', 'r2', 'r0'])
    expect(await ids({ labs: [] })).toHaveLength(7)
    const first = await history.list({}, { limit: 3, cursor: null })
    const second = await history.list({}, { limit: 4, cursor: first.nextCursor })
    expect([...first.runs, ...second.runs].map((r) => r.id)).toEqual(await ids({}))
    expect(second.nextCursor).toBeNull()
    await expect(history.list({}, { limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'bad-input' })
    expect((await history.trend({}, 3)).map((point) => point.failoverTime.ms)).toEqual([1002, 1004, 1006])
    expect(await history.facets()).toMatchObject({
      labs: [{ id: 'one' }, { id: 'two' }],
      cases: [{ id: 'TC-1' }, { id: 'TC-3' }],
    })
    const state = await history.labState('one')
    expect(state.queue).toEqual([])
    expect(
      Object.values(state.lastResults)
        .map((run) => run.id)
        .sort(),
    ).toEqual(['r3', 'r4'])
  })
})

describe('PrismaUndoJournal', () => {
  it('gives what is open last-in first, numbered also under concurrency', async () => {
    await new PrismaRunStore(db.database).create(testRun('a'))
    const journal = new PrismaUndoJournal(db.database)
    const desired = { kind: 'unit-active', instance: 'fw0', unit: 'bpfrxd' } as const
    const entries = await Promise.all([1, 2, 3, 4].map((n) => journal.record('a', `undo ${n}`, desired)))
    expect(entries.map((entry) => entry.order)).toEqual([1, 2, 3, 4])
    await journal.markApplied(entries[3]?.id ?? '')
    await journal.markApplied(entries[3]?.id ?? '')
    expect((await new PrismaUndoJournal(db.database).open('a')).map((entry) => entry.title)).toEqual([
      'undo 3',
      'undo 2',
      'undo 1',
    ])
    await expect(journal.markApplied('a/99')).rejects.toMatchObject({ code: 'not-found' })
    await expect(journal.markApplied('x')).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('commits with synchronous=FULL, everything else with NORMAL', async () => {
    await new PrismaRunStore(db.database).create(testRun('a'))
    const level = () =>
      db.database
        .run((prisma) => prisma.$queryRaw<{ synchronous: bigint }[]>`PRAGMA synchronous`)
        .then(([row]) => Number(row?.synchronous))
    expect(await level()).toBe(1)
    const during = await db.database.durable(
      (prisma) => prisma.$queryRaw<{ synchronous: bigint }[]>`PRAGMA synchronous`,
    )
    expect(Number(during[0]?.synchronous)).toBe(2)
    expect(await level()).toBe(1)
  })
})

describe('PrismaLabStateStore', () => {
  it('keeps a quarantine until it is lifted', async () => {
    const labs = new PrismaLabStateStore(db.database)
    expect(await labs.quarantine('lab')).toBeNull()
    const quarantine = { reason: 'differs', differences: ['a: 1 -> 2'], runId: 'a', sinceMs: 5 }
    await labs.setQuarantine('lab', quarantine)
    expect(await labs.quarantine('lab')).toEqual(quarantine)
    await labs.setQuarantine('lab', null)
    expect(await labs.quarantine('lab')).toBeNull()
  })
})

describe('a store in trouble', () => {
  const write = () => new PrismaRunStore(db.database).create(testRun('x'))

  it('waits for a lock without holding up the event loop', async () => {
    const other = new BetterSqlite3(db.file)
    other.exec('BEGIN IMMEDIATE')
    let ticks = 0
    const ticking = setInterval(() => ticks++, 5)
    const writing = write()
    setTimeout(() => other.exec('ROLLBACK'), 400)
    await writing
    clearInterval(ticking)
    other.close()
    expect(ticks).toBeGreaterThan(15)
  })

  it('gives up on a lasting lock with a hint', async () => {
    const other = new BetterSqlite3(db.file)
    other.exec('BEGIN IMMEDIATE')
    await expect(write()).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('locked'),
      hint: expect.stringContaining('sqlite3'),
    })
    other.close()
  })

  it('says that the disk is full', async () => {
    await db.database.run((prisma) => prisma.$queryRaw`PRAGMA max_page_count=30`)
    const samples = new PrismaEventLog(db.database)
    await write()
    const text = 'x'.repeat(50_000)
    await expect(samples.append('x', { kind: 'output', commandId: 'c', from: 'stdout', text })).rejects.toMatchObject({
      code: 'store',
      message: 'the disk with the database is full',
      hint: expect.stringContaining('DATABASE_URL'),
    })
  })

  it('says that the database is read-only', async () => {
    await db.database.run((prisma) => prisma.$executeRawUnsafe('PRAGMA query_only=ON'))
    await expect(write()).rejects.toMatchObject({ code: 'store', message: 'the database cannot be written' })
  })

  it('says that there is no database, or none of ours', async () => {
    await expect(openDatabase('file:/nonexistent/folder/x.db')).rejects.toMatchObject({ code: 'store' })
    await expect(openDatabase(`file:${db.file}.other`)).rejects.toMatchObject({
      code: 'store',
      hint: expect.stringContaining('migrate'),
    })
    await expect(openDatabase('postgresql://x')).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('is made by the migrator, twice without harm', async () => {
    const url = `file:${db.file}.new`
    await migrateDatabase(url)
    await migrateDatabase(url)
    const database = await openDatabase(url)
    expect(await database.run((prisma) => prisma.run.count())).toBe(0)
    await database.close()
  })
})
