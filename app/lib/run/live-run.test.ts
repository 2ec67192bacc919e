import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyDetail } from '@/server/domain/detail'
import type { RunEvent } from '@/server/domain/event'
import type { RunSummary } from '@/server/domain/run'
import type { SampleRow } from '@/server/domain/sample'
import type { LiveItem, RunWindow } from '@/server/domain/views'
import { LiveRun, type LiveSource } from './live-run'

const summary: RunSummary = {
  id: 'r1',
  lab: 'embedded',
  labTitle: 'Embedded',
  case: 'TC-3',
  caseTitle: 'Failover',
  params: {},
  phase: 'running',
  ending: null,
  verdict: null,
  dirty: false,
  createdAt: 0,
  startedAt: 0,
  endedAt: null,
  failoverTime: null,
  limitMs: 5000,
  softwareVersion: null,
  behind: null,
  message: null,
}
const STREAM = 'probe:internet'
const row = (i: number): SampleRow => [0, 1000 + i * 5, i + 1, 1, 63, 64]
const started = (seq: number, id: string): RunEvent => ({
  kind: 'step-started',
  stepId: id,
  title: id,
  budgetMs: 1000,
  seq,
  atMs: seq,
})

/** A server that has `stored` rows and hands out what the test says. */
function fakeSource() {
  const server = {
    stored: 0,
    follows: [] as number[],
    on: null as Parameters<LiveSource['follow']>[1] | null,
    windows: 0,
  }
  const window = async (): Promise<RunWindow> => {
    server.windows++
    const indexes = Array.from({ length: server.stored }, (_, i) => i)
    const lastIndex = server.stored > 0 ? server.stored - 1 : null
    const series = { stream: STREAM, firstIndex: 0, lastIndex, count: server.stored, indexes, rows: indexes.map(row) }
    return { fromMs: null, toMs: null, series: [series] }
  }
  const source: LiveSource = {
    follow: (after, on) => {
      server.follows.push(after)
      server.on = on
      return () => {
        server.on = null
      }
    },
    detail: async () => ({ ...emptyDetail({ ...summary, phase: 'ended', verdict: 'pass' }), lastSeq: 99 }),
    window,
  }
  const send = (item: LiveItem) => server.on?.item(item)
  const samples = (first: number, count: number) =>
    send({
      kind: 'samples',
      batches: [{ stream: STREAM, first, rows: Array.from({ length: count }, (_, i) => row(first + i)) }],
    })
  return { server, source, send, samples }
}

const settle = () => vi.advanceTimersByTimeAsync(150)

describe('LiveRun', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('shows every row once, whatever overlaps', async () => {
    const { server, source, send, samples } = fakeSource()
    const run = new LiveRun(source, emptyDetail(summary))
    run.start()
    samples(0, 10)
    server.stored = 15
    send({ kind: 'ready' })
    samples(10, 10)
    samples(5, 10)
    await settle()
    const track = run.snapshot().tracks.probes.get(STREAM)
    expect(track?.answered).toBe(20)
    expect(track?.hole).toBe(false)
    run.stop()
  })

  it('goes on after a pause from its cursor, and fills what it missed', async () => {
    const { server, source, send, samples } = fakeSource()
    const run = new LiveRun(source, emptyDetail(summary))
    run.start()
    send({ kind: 'ready' })
    send({ kind: 'events', events: [started(1, 'preflight')] })
    samples(0, 10)
    await settle()
    run.pause()
    expect(run.snapshot().connection).toBe('paused')
    expect(server.on).toBeNull()
    server.stored = 50
    run.start()
    expect(server.follows).toEqual([0, 1])
    samples(50, 5)
    send({ kind: 'ready' })
    send({ kind: 'events', events: [started(1, 'preflight'), started(2, 'probes')] })
    await settle()
    expect(run.snapshot().tracks.probes.get(STREAM)?.answered).toBe(55)
    expect(run.snapshot().detail.steps.map((s) => s.id)).toEqual(['preflight', 'probes'])
    run.stop()
  })

  it('opens the stream again after an error, and says so', async () => {
    const { server, source } = fakeSource()
    const run = new LiveRun(source, emptyDetail(summary))
    run.start()
    server.on?.state('live')
    server.on?.error()
    expect(run.snapshot().connection).toBe('reconnecting')
    await vi.advanceTimersByTimeAsync(1100)
    expect(server.follows).toHaveLength(2)
    server.on?.state('live')
    expect(run.snapshot().connection).toBe('live')
    run.stop()
  })

  it('calls the readout with every message, and React far less often', async () => {
    const { source, send, samples } = fakeSource()
    const run = new LiveRun(source, emptyDetail(summary))
    const seen: number[] = []
    run.start()
    send({ kind: 'ready' })
    await settle()
    run.readout(STREAM, (last) => seen.push(last.index))
    let painted = 0
    run.subscribe(() => {
      painted++
    })
    for (let i = 0; i < 30; i++) {
      samples(i * 6, 6)
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(seen.slice(0, 3)).toEqual([5, 11, 17])
    expect(seen).toHaveLength(30)
    expect(painted).toBeLessThanOrEqual(4)
    run.stop()
  })

  it('draws nothing for raw output, but remembers how far it came', async () => {
    const { server, source, send } = fakeSource()
    const run = new LiveRun(source, emptyDetail(summary))
    run.start()
    send({ kind: 'ready' })
    await settle()
    const { detail } = run.snapshot()
    send({ kind: 'events', events: [{ kind: 'output', commandId: 'c', from: 'stdout', text: 'x', seq: 1, atMs: 1 }] })
    await settle()
    expect(run.snapshot().detail).toBe(detail)
    run.pause()
    run.start()
    expect(server.follows).toEqual([0, 1])
    run.stop()
  })

  it('says when the samples cannot be read, and tries again', async () => {
    const { server, source } = fakeSource()
    server.stored = 12
    const { window } = source
    source.window = () => Promise.reject(new Error('locked'))
    const run = new LiveRun(source, emptyDetail({ ...summary, phase: 'ended' }))
    run.start()
    await settle()
    expect(run.snapshot().windowError).toBeInstanceOf(Error)
    source.window = window
    await vi.advanceTimersByTimeAsync(1100)
    expect(run.snapshot()).toMatchObject({ windowError: null, connection: 'ended' })
    expect(run.snapshot().tracks.probes.get(STREAM)?.answered).toBe(12)
    run.stop()
  })

  it('ends with what is stored', async () => {
    const { server, source, send } = fakeSource()
    const run = new LiveRun(source, emptyDetail(summary))
    run.start()
    send({ kind: 'ready' })
    server.stored = 30
    const ended: RunEvent = { kind: 'run-ended', ending: 'completed', verdict: 'pass', message: null, seq: 1, atMs: 5 }
    send({ kind: 'events', events: [ended] })
    await settle()
    expect(run.snapshot().connection).toBe('ended')
    expect(server.on).toBeNull()
    expect(run.snapshot().detail.lastSeq).toBe(99)
    expect(run.snapshot().tracks.probes.get(STREAM)?.answered).toBe(30)
  })
})
