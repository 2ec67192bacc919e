import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import type { EventBody } from '../domain/event'
import type { SampleRow } from '../domain/sample'
import { compactRun } from './compaction'
import { PrismaEventLog } from './events'
import { PrismaRunStore } from './runs'
import { PrismaSampleStore } from './samples'
import { databaseBytes, testDatabase, testRun } from './test-database'

let seed = 42
const uniform = () => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed / 2_147_483_647
}
const gauss = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

/** A probe as ping prints it: stamps in µs with timer noise, RTT with as many digits as ping gives it. */
function probe(rttMs: number, jitterMs: number, lostFrom: number, lostTo: number) {
  let us = 1_763_629_343_123_456 + Math.round(uniform() * 5000)
  let seq = 0
  return (): SampleRow => {
    us += 5000 + Math.round(gauss() * 120)
    seq++
    if (seq >= lostFrom && seq < lostTo) return [1, us / 1000, seq, null, null, null]
    const rtt = Math.max(0.02, rttMs + gauss() * jitterMs)
    const printed = Number(rtt.toFixed(rtt < 1 ? 3 : rtt < 10 ? 2 : 1))
    return [0, (us + Math.round(rtt * 1000)) / 1000, seq, printed, 64, 64]
  }
}

const words = () => Math.floor(uniform() * 1e9).toString(36)
const table = (lines: number) =>
  Array.from(
    { length: lines },
    (_, i) => `reth${i % 4}  up   ${words()}  fe80::${words()}  weight 255  ${words()}`,
  ).join('\n')

describe('the size of a run', () => {
  it('is at most 4 bytes a ping sample, everything included', async () => {
    const { database, file, drop } = await testDatabase()
    const runs = new PrismaRunStore(database)
    const log = new PrismaEventLog(database)
    const samples = new PrismaSampleStore(database)
    await runs.create(testRun('r'))
    const probes = [probe(0.35, 0.06, 3000, 3700), probe(0.5, 0.1, 3000, 3720), probe(21, 1.5, 3010, 3700)]
    const events: EventBody[] = Array.from({ length: 60 }, (_, i) => [
      {
        kind: 'command-started' as const,
        commandId: `c${i}`,
        stepId: 's',
        command: {
          host: 'box',
          place: { instance: 'fw0' },
          argv: ['incus', 'exec', 'fw0', '--', 'cli', '-c', `show ${i}`],
        },
        stream: null,
      },
      { kind: 'output' as const, commandId: `c${i}`, from: 'stdout' as const, text: table(12) },
      {
        kind: 'command-ended' as const,
        commandId: `c${i}`,
        exitCode: 0,
        signal: null,
        durationMs: uniform() * 50,
        error: null,
      },
    ]).flat()
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    let count = 0
    // 60 s of 3 × 200 pps, in less time: what is stored does not know how long it took.
    for (let second = 0; second < 60; second++) {
      for (const [i, next] of probes.entries()) samples.push('r', `probe:p${i}`, Array.from({ length: 200 }, next))
      samples.push(
        'r',
        'poll:node0',
        Array.from({ length: 4 }, (_, i) => [Date.now() + i * 250, Date.now() + i * 250 + uniform() * 9, 0]),
      )
      for (let socket = -1; socket < 4; socket++)
        for (let half = 0; half < 2; half++)
          samples.push('r', 'traffic:up', [
            [
              socket,
              second + half / 2,
              second + half / 2 + 0.5,
              Math.floor(uniform() * 1e6),
              uniform() * 1e8,
              Math.floor(uniform() * 3),
              Date.now() + uniform(),
            ],
          ])
      count += 600
      await samples.flush('r')
      for (const body of events.splice(0, 3)) await log.append('r', body)
    }
    await samples.close('r')
    await runs.patch('r', { phase: 'ended', ending: 'completed', verdict: 'pass', endedAt: Date.now() })
    await compactRun(database, 'r')
    delay.disable()
    const bytesPerSample = databaseBytes(file) / count
    console.log(
      `size of a run: ${bytesPerSample.toFixed(2)} bytes a sample (${databaseBytes(file)} for ${count}); event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
    )
    expect(bytesPerSample).toBeLessThan(4)
    await drop()
  }, 120_000)
})
