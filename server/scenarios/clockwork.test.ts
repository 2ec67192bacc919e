import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { START_LEAD_MS } from '../cases/scenario'
import { AppError } from '../errors'
import { PrismaScheduleStore } from '../store/scenarios'
import { testDatabase } from '../store/test-database'
import { Clockwork } from './clockwork'

const NOW_MS = 1_900_000_000_000
const DAY_MS = 24 * 3_600_000

describe('scheduled runs', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  let store: PrismaScheduleStore
  let nowMs = NOW_MS
  const started: string[] = []
  let refuse: AppError | null = null
  const clockwork = () =>
    new Clockwork({
      schedules: store,
      nowMs: () => nowMs,
      start: async ({ id }) => {
        if (refuse) throw refuse
        started.push(id)
        return { id: `run-${started.length}` }
      },
    })
  const schedule = (atMs: number) => store.create({ lab: 'wan', scenarioId: 's', title: 'Loss', contentId: 'c', atMs })
  /** Lets timers fire and the store answer. */
  const settle = async (ms: number) => {
    nowMs += ms
    await vi.advanceTimersByTimeAsync(ms)
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  beforeEach(async () => {
    db = await testDatabase()
    store = new PrismaScheduleStore(db.database)
    nowMs = NOW_MS
    started.length = 0
    refuse = null
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(async () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    await db.drop()
  })

  it('begin so early that all is armed at their time', async () => {
    const work = clockwork()
    const { id } = await schedule(NOW_MS + START_LEAD_MS + 10_000)
    await work.resume()
    await settle(9000)
    expect(started).toEqual([])
    await settle(1500)
    expect(started).toEqual([id])
    expect(await store.get(id)).toMatchObject({ state: 'started', runId: 'run-1' })
    work.close()
  })

  it('that were missed while the app was down are told and not run', async () => {
    const missed = await schedule(NOW_MS - 1)
    const broken = await schedule(NOW_MS + 1000)
    await store.patch(broken.id, { state: 'started' })
    const work = clockwork()
    await work.resume()
    await settle(START_LEAD_MS * 2)
    expect(started).toEqual([])
    expect(await store.get(missed.id)).toMatchObject({
      state: 'missed',
      message: expect.stringContaining('was not running then'),
    })
    expect(await store.get(broken.id)).toMatchObject({
      state: 'missed',
      message: expect.stringContaining('being started'),
    })
    work.close()
  })

  it('begin at once when the app is started in the minute before their time', async () => {
    const { id } = await schedule(NOW_MS + START_LEAD_MS / 2)
    const work = clockwork()
    await work.resume()
    await settle(10)
    expect(started).toEqual([id])
    work.close()
  })

  it('that come after the computer slept are not run', async () => {
    const work = clockwork()
    const { id } = await schedule(NOW_MS + START_LEAD_MS + 1000)
    await work.resume()
    nowMs += START_LEAD_MS + 60_000
    await settle(1000)
    expect(started).toEqual([])
    expect(await store.get(id)).toMatchObject({ state: 'missed' })
    work.close()
  })

  it('that are cancelled, or refused by the lab, say so', async () => {
    const work = clockwork()
    const first = await schedule(NOW_MS + START_LEAD_MS + 1000)
    const second = await schedule(NOW_MS + START_LEAD_MS + 2000)
    await work.resume()
    await store.patch(first.id, { state: 'cancelled' })
    work.follow({ ...first, state: 'cancelled' })
    refuse = new AppError('quarantined', 'the lab is quarantined')
    await settle(5000)
    expect(started).toEqual([])
    expect(await store.get(first.id)).toMatchObject({ state: 'cancelled' })
    expect(await store.get(second.id)).toMatchObject({ state: 'refused', message: 'the lab is quarantined' })
    work.close()
  })

  it('wait for longer than a timer can', async () => {
    const work = clockwork()
    const { id } = await schedule(NOW_MS + 40 * DAY_MS)
    await work.resume()
    // 2^31 ms are 25 days.
    nowMs += 39 * DAY_MS
    await settle(DAY_MS / 2)
    expect((await store.get(id))?.state).toBe('waiting')
    await settle(DAY_MS / 2 - START_LEAD_MS)
    expect(started).toEqual([id])
    work.close()
  })

  it('begin by the clock as it is, not as it was when they were scheduled', async () => {
    const work = clockwork()
    const late = await schedule(NOW_MS + START_LEAD_MS + 20_000)
    const early = await schedule(NOW_MS + START_LEAD_MS + DAY_MS)
    await work.resume()
    nowMs -= 60_000
    await settle(20_000)
    expect(started).toEqual([])
    await settle(60_000)
    expect(started).toEqual([late.id])
    nowMs += DAY_MS - 20_000
    await settle(30_000)
    expect(started).toEqual([late.id, early.id])
    work.close()
  })
})
