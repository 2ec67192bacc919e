import { spawn } from 'node:child_process'
import path from 'node:path'
import readline from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventBody } from '../domain/event'
import { openDatabase } from './client'
import { compactRun } from './compaction'
import { readAllEvents } from './event-reader'
import { PrismaEventLog } from './events'
import { PrismaRunStore } from './runs'
import { freshDatabaseFile, testDatabase, testRun } from './test-database'

const note = (message: string): EventBody => ({ kind: 'note', level: 'info', message, hint: null })

describe('PrismaEventLog', { timeout: 60_000 }, () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  beforeEach(async () => {
    db = await testDatabase()
    await new PrismaRunStore(db.database).create(testRun('a'))
    await new PrismaRunStore(db.database).create(testRun('b'))
  })
  afterEach(() => db.drop())

  it('counts from 1 per run, in the order of the appends, without a gap', async () => {
    const log = new PrismaEventLog(db.database)
    const appends = Array.from({ length: 500 }, (_, i) => log.append(i % 2 ? 'a' : 'b', note(`n${i}`)))
    const events = await Promise.all(appends)
    for (const run of ['a', 'b']) {
      const mine = events.filter((_, i) => (i % 2 ? 'a' : 'b') === run)
      expect(mine.map((event) => event.seq)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
      expect(await readAllEvents(db.database, run)).toEqual(mine)
    }
  })

  it('tells of events once they are stored, before their appends resolve', async () => {
    const told: number[] = []
    const log = new PrismaEventLog(db.database, (run, events) => {
      for (const event of events) told.push(event.seq)
      expect(run).toBe('a')
    })
    for (let i = 1; i <= 5; i++) {
      const { seq } = await log.append('a', note('x'))
      expect(told.at(-1)).toBe(seq)
    }
  })

  it('goes on after the last stored seq, in a new process and after packing', async () => {
    const first = new PrismaEventLog(db.database)
    for (let i = 0; i < 3; i++) await first.append('a', note(`n${i}`))
    expect((await new PrismaEventLog(db.database).append('a', note('n3'))).seq).toBe(4)
    await compactRun(db.database, 'a')
    expect((await new PrismaEventLog(db.database).append('a', note('n4'))).seq).toBe(5)
    const all = await readAllEvents(db.database, 'a')
    expect(all.map((event) => event.kind === 'note' && event.message)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4'])
  })

  it('leaves no gap when a write fails', async () => {
    const log = new PrismaEventLog(db.database)
    await log.append('a', note('one'))
    await db.database.run((prisma) => prisma.$executeRawUnsafe('PRAGMA query_only=ON'))
    await expect(log.append('a', note('lost'))).rejects.toMatchObject({ code: 'store' })
    await db.database.run((prisma) => prisma.$executeRawUnsafe('PRAGMA query_only=OFF'))
    expect((await log.append('a', note('two'))).seq).toBe(2)
  })

  it('refuses events of a run that is not there', async () => {
    await expect(new PrismaEventLog(db.database).append('zz', note('x'))).rejects.toMatchObject({ code: 'store' })
  })

  it('reads pages across packs and rows', async () => {
    const log = new PrismaEventLog(db.database)
    await Promise.all(Array.from({ length: 300 }, (_, i) => log.append('a', note(`${i}`.repeat(400)))))
    await compactRun(db.database, 'a')
    await Promise.all(Array.from({ length: 50 }, () => log.append('a', note('row'))))
    const seen: number[] = []
    for (let after = 0; after < 350; after = seen.at(-1) ?? 350)
      for (const event of await log.read('a', after, 37)) seen.push(event.seq)
    expect(seen).toEqual(Array.from({ length: 350 }, (_, i) => i + 1))
    expect(await log.read('a', 350, 10)).toEqual([])
  })

  it('keeps text of any kind', async () => {
    const log = new PrismaEventLog(db.database)
    const text = 'a\u0000b\ud800 \u2028 "quotes" \\ <script>\r\n'
    await log.append('a', { kind: 'output', commandId: 'c', from: 'stdout', text })
    expect(await log.read('a', 0, 1)).toMatchObject([{ text }])
  })
})

describe('kill -9 while writing', () => {
  it('loses no acknowledged event', async () => {
    const file = freshDatabaseFile()
    for (let round = 0; round < 3; round++) {
      const script = path.join(import.meta.dirname, 'test-writer.ts')
      const child = spawn(process.execPath, ['--import', 'tsx', script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
      let acknowledged = 0
      for await (const line of readline.createInterface({ input: child.stdout })) {
        acknowledged = Math.max(acknowledged, Number(line))
        if (acknowledged % 1000 > 150 + round * 70) child.kill('SIGKILL')
      }
      const database = await openDatabase(`file:${file}`)
      const stored = await readAllEvents(database, 'r')
      await database.close()
      expect(stored.length).toBeGreaterThanOrEqual(acknowledged)
      expect(stored.map((event) => event.seq)).toEqual(stored.map((_, i) => i + 1))
    }
  }, 60_000)
})
