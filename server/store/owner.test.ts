import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ownStore } from './owner'
import { testDatabase } from './test-database'

const nobody = () => {}
/** A process that lives as long as this test does. */
const parent = { pid: process.ppid, host: 'here' }
const self = { pid: process.pid, host: 'here' }

describe('ownStore', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  beforeEach(async () => {
    db = await testDatabase()
  })
  afterEach(() => db.drop())

  it('refuses a second instance and names the first', async () => {
    const owner = await ownStore(db.database, nobody, parent)
    await expect(ownStore(db.database, nobody, self)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.ppid} on here`),
      hint: expect.stringContaining('DATABASE_URL'),
    })
    await owner.release()
    await (await ownStore(db.database, nobody, self)).release()
  })

  it('takes over from a dead process on this host, at once', async () => {
    const { pid } = spawnSync('true')
    await ownStore(db.database, nobody, { pid, host: 'here' })
    await (await ownStore(db.database, nobody, self)).release()
  })

  it('takes over from another host only when its heartbeat is old', async () => {
    await ownStore(db.database, nobody, { pid: 1, host: 'elsewhere' })
    await expect(ownStore(db.database, nobody, self)).rejects.toMatchObject({ code: 'conflict' })
    const heartbeatAtMs = Date.now() - 15_001
    await db.database.run((prisma) => prisma.storeLease.updateMany({ data: { heartbeatAtMs } }))
    await (await ownStore(db.database, nobody, self)).release()
  })

  it('lets only one of several take over', async () => {
    await ownStore(db.database, nobody, { pid: spawnSync('true').pid, host: 'here' })
    const tries = Array.from({ length: 5 }, () => ownStore(db.database, nobody, parent))
    const results = await Promise.allSettled(tries)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  })

  it('takes over from an earlier life of this process, not from itself', async () => {
    const owner = await ownStore(db.database, nobody, self)
    await expect(ownStore(db.database, nobody, self)).rejects.toMatchObject({ code: 'conflict' })
    await db.database.run((prisma) => prisma.storeLease.updateMany({ data: { owner: 'before the restart' } }))
    await (await ownStore(db.database, nobody, self)).release()
    await owner.release()
  })

  it('tells who lost it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const lost = vi.fn()
    await ownStore(db.database, lost, self)
    await db.database.run((prisma) => prisma.storeLease.updateMany({ data: { owner: 'other', host: 'elsewhere' } }))
    await vi.advanceTimersByTimeAsync(5000)
    vi.useRealTimers()
    await expect.poll(() => lost.mock.calls.length).toBe(1)
    expect(lost.mock.calls[0]?.[0]).toMatchObject({ message: expect.stringContaining('elsewhere') })
  })
})
