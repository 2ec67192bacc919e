import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventBody } from '../domain/event'
import type { SampleRow } from '../domain/sample'
import type { LiveItem } from '../domain/views'
import { testDatabase, testRun } from '../store/test-database'
import { createRunLog, type RunLog } from './run-log'

const note = (message: string): EventBody => ({ kind: 'note', level: 'info', message, hint: null })
const END: EventBody = { kind: 'run-ended', ending: 'completed', verdict: 'pass', message: null }
const rows = (first: number, count: number): SampleRow[] =>
  Array.from({ length: count }, (_, i) => [0, 1000 + first + i, first + i, 1, 64, 64])

type Follower = { seqs: number[]; kinds: string[]; indexes: number[]; done: Promise<void>; stop: () => void }

function follow(log: RunLog, after = 0, onItem: (item: LiveItem) => Promise<void> | void = () => {}): Follower {
  const controller = new AbortController()
  const follower: Follower = {
    seqs: [],
    kinds: [],
    indexes: [],
    done: Promise.resolve(),
    stop: () => controller.abort(),
  }
  follower.done = (async () => {
    for await (const item of log.follow('r', after, controller.signal)) {
      follower.kinds.push(item.kind)
      if (item.kind === 'events') for (const { seq } of item.events) follower.seqs.push(seq)
      if (item.kind === 'samples')
        for (const { first, rows } of item.batches)
          for (let i = 0; i < rows.length; i++) follower.indexes.push(first + i)
      await onItem(item)
    }
  })()
  return follower
}

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i)

describe('follow', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  let log: RunLog
  const end = async () => {
    await log.sink.append('r', END)
    await log.runs.patch('r', { phase: 'ended', ending: 'completed', verdict: 'pass' })
  }
  beforeEach(async () => {
    db = await testDatabase()
    log = createRunLog(db.database)
    await log.runs.create(testRun('r'))
  })
  afterEach(async () => {
    await log.compactor.idle()
    await db.drop()
  })

  it('gives everybody every event once and in order, whenever they come', async () => {
    const followers = [follow(log)]
    const writing = (async () => {
      for (let i = 0; i < 40; i++) {
        await Promise.all(Array.from({ length: 1 + (i % 7) }, () => log.sink.append('r', note(`${i}`))))
        if (i % 8 === 0) followers.push(follow(log))
      }
      await end()
    })()
    await writing
    followers.push(follow(log))
    await Promise.all(followers.map((follower) => follower.done))
    const last = (await log.events.read('r', 0, 5000)).at(-1)?.seq ?? 0
    for (const { seqs, kinds } of followers) {
      expect(seqs).toEqual(upTo(last))
      expect(kinds.filter((kind) => kind === 'ready')).toHaveLength(1)
    }
  })

  it('goes on from the cursor after a cut', async () => {
    const seen: number[] = []
    const writing = (async () => {
      for (let i = 0; i < 60; i++) {
        await log.sink.append('r', note(`${i}`))
        await sleep(2)
      }
      await end()
    })()
    for (let cut = false; !cut; ) {
      const follower = follow(log, seen.at(-1) ?? 0, () => {
        if (follower.seqs.length > 10) follower.stop()
      })
      await follower.done
      seen.push(...follower.seqs)
      cut = follower.seqs.length <= 10
    }
    await writing
    expect(seen).toEqual(upTo(61))
  })

  it('ends with the run, although the last event comes after the row says so', async () => {
    const follower = follow(log)
    await log.runs.patch('r', { phase: 'ended', ending: 'completed' })
    await sleep(100)
    await log.sink.append('r', END)
    await follower.done
    expect(follower.seqs).toEqual([1])
  })

  it('shows samples soon, together, and those before them in the store', async () => {
    log.sink.push('r', 'probe:x', rows(0, 5))
    const follower = follow(log, 0, () => {})
    await expect.poll(() => follower.kinds).toContain('ready')
    for (let i = 0; i < 10; i++) log.sink.push('r', 'probe:x', rows(5 + i, 1))
    await expect.poll(() => follower.indexes).toEqual(upTo(14, 5))
    expect(follower.kinds.filter((kind) => kind === 'samples').length).toBeLessThan(4)
    const stored: number[] = []
    for await (const part of log.samples.read('r', 'probe:x')) stored.push(part.first, part.rows.length)
    expect(stored).toEqual([0, 15])
    follower.stop()
    await follower.done
  })

  it('tells a reader that is too slow to fetch the window instead', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const follower = follow(log, 0, (item) => (item.kind === 'ready' ? held : undefined))
    await expect.poll(() => follower.kinds).toContain('ready')
    for (let i = 0; i < 5; i++) {
      log.sink.push('r', 'probe:x', rows(i * 6000, 6000))
      await sleep(40)
    }
    release()
    await expect.poll(() => follower.kinds.filter((kind) => kind === 'ready')).toHaveLength(2)
    expect(follower.indexes.length).toBeLessThan(30_000)
    follower.stop()
    await follower.done
  })

  it('says when there is no such run, and keeps no listener behind', async () => {
    await expect(
      log.follow('zz', 0, new AbortController().signal)[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})
