import { describe, expect, it } from 'vitest'
import type { ScenarioStep } from '../domain/scenario'
import type { ScheduledStep } from '../domain/scheduled'
import { type ArmedStep, runSchedule, type Schedule, type ScheduleClock, type StepEnd } from './schedule'

/** Time that goes on only when everybody waits. */
class FakeClock implements ScheduleClock {
  now = 1_000_000
  readonly #waiting: { atMs: number; wake: () => void }[] = []

  nowMs = () => this.now

  until(atMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (atMs <= this.now) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ atMs, wake: resolve })
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }

  /** Goes on from moment to moment until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const done = work.finally(() => {
      isDone = true
    })
    done.catch(() => {})
    for (;;) {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      if (isDone) return done
      this.#waiting.sort((a, b) => a.atMs - b.atMs)
      const next = this.#waiting.shift()
      if (!next) throw new Error('nobody waits for a time, and it is not done')
      this.now = Math.max(this.now, next.atMs)
      next.wake()
    }
  }
}

const script: ScenarioStep['action'] = {
  kind: 'script',
  commands: ['x'],
  workdir: null,
  logfile: null,
  env: {},
  files: [],
}
const drop: ScenarioStep['action'] = { kind: 'impair', vm: 103, preset: 'drop-15', direction: 'both' }
const capture: ScenarioStep['action'] = { kind: 'capture', nics: ['a'], durationMs: null }

const step = (id: string, at: number, more: Partial<ScenarioStep> = {}): ScenarioStep => ({
  ...{ id, title: id, at, after: null, pause: 0, host: 'edge', action: script },
  ...more,
})

type Behaviour = { lengthMs?: number; armMs?: number; armFails?: boolean; fails?: boolean; leadMs?: number }

/** Runs steps against a made-up world; times are from the common start, ms. */
function world(steps: ScenarioStep[], behaviour: Record<string, Behaviour> = {}, more: Partial<Schedule> = {}) {
  const clock = new FakeClock()
  const abort = new AbortController()
  const log: string[] = []
  let startMs = 0
  const at = () => clock.now - startMs
  const arm = async ({ id }: ScenarioStep): Promise<ArmedStep> => {
    const { lengthMs = 0, armMs = 0, armFails, fails, leadMs = 0 } = behaviour[id] ?? {}
    log.push(`arm ${id}`)
    await clock.until(clock.now + armMs, abort.signal)
    if (armFails) throw new Error('no way')
    let stop = () => {}
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    return {
      leadMs,
      begin: async (): Promise<StepEnd> => {
        const began = { fromMs: clock.now, toMs: clock.now }
        log.push(`begin ${id} ${at()}`)
        await Promise.race([clock.until(clock.now + lengthMs, abort.signal), stopped])
        return {
          ...{ began, stamp: 'host', endedMs: clock.now, outcome: fails ? 'failed' : 'ok' },
          ...{ command: null, exitCode: fails ? 1 : 0, message: fails ? 'it failed' : null },
        }
      },
      stop: async () => {
        log.push(`stop ${id} ${at()}`)
        stop()
      },
    }
  }
  const running = runSchedule({
    ...{ steps, startAtMs: null, armMs: 8000, clock, signal: abort.signal, arm },
    needs: ({ action }) => ('vm' in action ? String(action.vm) : null),
    onStart: async (ms) => {
      startMs = ms
    },
    onBegin: async () => {},
    onEnd: async () => {},
    ...more,
  })
  running.catch(() => {})
  const began = (result: readonly ScheduledStep[]) =>
    result.map(({ id, began: from, plannedMs, outcome }) => [
      id,
      from ? from.fromMs - startMs : null,
      plannedMs - startMs,
      outcome,
    ])
  return { clock, abort, log, running, began, start: () => startMs }
}

describe('a schedule', () => {
  it('begins what is to begin together at one moment, however long each takes to be armed', async () => {
    const w = world([step('a', 0), step('b', 0, { host: 'pve' }), step('c', 60_000)], {
      b: { armMs: 5000 },
      a: { lengthMs: 10 },
    })
    expect(w.began(await w.clock.run(w.running))).toEqual([
      ['a', 0, 0, 'ok'],
      ['b', 0, 0, 'ok'],
      ['c', 60_000, 60_000, 'ok'],
    ])
    expect(w.start()).toBe(1_000_000 + 5000 + 200)
    expect(w.log.slice(0, 4)).toEqual(['arm a', 'arm b', 'begin a 0', 'begin b 0'])
  })

  it('waits for a wall-clock time, and arms before it', async () => {
    const w = world([step('a', 0, {})], { a: { armMs: 3000 } }, { startAtMs: 1_100_000 })
    expect(w.began(await w.clock.run(w.running))).toEqual([['a', 0, 0, 'ok']])
    expect(w.start()).toBe(1_100_000)
  })

  it('begins a step at the later of its time and the end of the one before it, and its pause', async () => {
    const steps = [
      step('a', 0),
      step('b', 5000, { after: 'a', pause: 2000 }),
      step('c', 60_000, { after: 'b' }),
      step('d', 5000, { after: 'c', pause: 100 }),
    ]
    const result = await world(steps, { a: { lengthMs: 10_000 }, c: { lengthMs: 500 } })
    const done = await result.clock.run(result.running)
    expect(result.began(done)).toEqual([
      ['a', 0, 0, 'ok'],
      ['b', 12_000, 12_000, 'ok'],
      ['c', 60_000, 60_000, 'ok'],
      ['d', 60_600, 60_600, 'ok'],
    ])
    expect(done.map(({ isOnTime }) => isOnTime)).toEqual([true, false, true, false])
  })

  it('sends earlier what takes time on its way', async () => {
    const w = world([step('a', 0), step('b', 0, { host: 'pve' })], { b: { leadMs: 40 } })
    await w.clock.run(w.running)
    expect(w.log).toContain('begin b -40')
  })

  it('goes on with the others when one fails, and not with what waits for it', async () => {
    const steps = [
      step('a', 0),
      step('b', 0, { after: 'a' }),
      step('c', 0, { after: 'b' }),
      step('d', 9000, { host: 'pve' }),
      step('e', 0),
    ]
    const w = world(steps, { a: { fails: true }, e: { armFails: true } })
    const done = await w.clock.run(w.running)
    expect(w.began(done).toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ['a', 0, 0, 'failed'],
      ['b', null, 0, 'skipped'],
      ['c', null, expect.any(Number), 'skipped'],
      ['d', 9000, 9000, 'ok'],
      ['e', null, 0, 'failed'],
    ])
    expect(done.find(({ id }) => id === 'b')?.message).toBe('not run, since a failed')
    expect(done.find(({ id }) => id === 'e')?.message).toContain('it could not be prepared: no way')
  })

  it('arms one at a time where they need the same console', async () => {
    const steps = [step('drop', 0, { action: drop }), step('good', 2000, { action: drop }), step('other', 0)]
    const w = world(steps, { drop: { lengthMs: 900 }, good: { armMs: 400 } })
    expect(w.began(await w.clock.run(w.running))).toEqual([
      ['drop', 0, 0, 'ok'],
      ['other', 0, 0, 'ok'],
      ['good', 2000, 2000, 'ok'],
    ])
    expect(w.log.indexOf('arm good')).toBeGreaterThan(w.log.indexOf('begin drop 0'))
  })

  it('ends what has no end of its own with the last of the others', async () => {
    const steps = [
      step('cap', 0, { action: capture }),
      step('a', 1000, { after: 'cap' }),
      step('late', 9000, { action: capture }),
    ]
    const w = world(steps, { cap: { lengthMs: 1e9 }, a: { lengthMs: 3000 }, late: { lengthMs: 1e9 } })
    expect(w.began(await w.clock.run(w.running)).map(([id, at]) => [id, at])).toEqual([
      ['cap', 0],
      ['a', 1000],
      ['late', 9000],
    ])
    expect(w.log).toContain('stop cap 4000')
  })

  it('ends at once when it is cancelled, whatever is going on', async () => {
    const w = world([step('a', 0), step('b', 60_000)], { a: { lengthMs: 1e9 } })
    w.clock.until(1_030_000, new AbortController().signal).then(
      () => w.abort.abort(new Error('cancelled')),
      () => {},
    )
    await expect(w.clock.run(w.running)).rejects.toThrow('cancelled')
    expect(w.log).not.toContain('arm b')
    expect(w.clock.now).toBe(1_030_000)
  })
})
