import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ScenarioStep } from '@/server/domain/scenario'
import { stepTimes } from '@/server/domain/scenario'
import { hostRows } from './rows'
import { localInput, offsetText, timeProblem, timeText } from './words'

const step = (id: string, at: number, host: string, action: ScenarioStep['action'], after: string | null = null) => ({
  ...{ id, title: id, at, after, pause: 0, host, action },
})
const ping = (count: number) => ({ kind: 'ping', target: 'x', intervalMs: 1000, count }) as const
const drop = { kind: 'impair', vm: 103, preset: 'drop-15', direction: 'both' } as const
const script = { kind: 'script', commands: ['x'], workdir: null, logfile: null, env: {}, files: [] } as const

describe('the rows of a scenario', () => {
  it('are one for each host, and more where its steps overlap', () => {
    const steps = [
      step('a', 0, 'edge', ping(60)),
      step('b', 10_000, 'edge', { ...script, commands: ['x'], files: [], env: {} }),
      step('c', 60_000, 'edge', ping(5)),
      step('d', 30_000, 'pve', drop),
    ]
    const rows = hostRows(steps, stepTimes(steps))
    expect(rows.map(({ host, lines }) => [host, lines.map((line) => line.map(({ step: { id } }) => id))])).toEqual([
      ['edge', [['a', 'c'], ['b']]],
      ['pve', [['d']]],
    ])
  })
})

describe('words', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('know the hour that a day leaves out, and the one that it has twice', () => {
    vi.stubEnv('TZ', 'Europe/Berlin')
    expect(timeProblem('2027-03-28T02:30')).toContain('left out on that day')
    expect(['2027-03-28T03:30', '2027-03-28T01:59:59', '2027-10-31T02:30'].map(timeProblem)).toEqual([null, null, null])
    expect(timeProblem('')).toBe('expected a date and a time')
  })

  it('say times from the start', () => {
    expect([0, 500, 65_000, 3_600_000].map(offsetText)).toEqual(['0:00', '0:00.5', '1:05', '1:00:00'])
    expect(timeText({ id: 'a', startMs: 0, endMs: null, isEarliest: true })).toBe('≥ 0:00 until it ends')
    expect(timeText({ id: 'a', startMs: 60_000, endMs: 90_000, isEarliest: true })).toBe('≥ 1:00, for 0:30')
    expect(timeText({ id: 'a', startMs: 0, endMs: 60_000, isEarliest: false })).toBe('0:00–1:00')
    expect(new Date(localInput(1_800_000_000_000)).getTime()).toBe(1_800_000_000_000)
  })
})
