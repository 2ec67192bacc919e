import { describe, expect, it } from 'vitest'
import type { ScenarioStep } from '@/server/domain/scenario'
import { stepTimes } from '@/server/domain/scenario'
import { hostRows } from './rows'
import { localInput, offsetText, timeText } from './words'

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
  it('say times from the start', () => {
    expect([0, 500, 65_000, 3_600_000].map(offsetText)).toEqual(['0:00', '0:00.5', '1:05', '1:00:00'])
    expect(timeText({ id: 'a', startMs: 0, endMs: null, isEarliest: true })).toBe('from 0:00 until it ends')
    expect(timeText({ id: 'a', startMs: 0, endMs: 60_000, isEarliest: false })).toBe('0:00–1:00')
    expect(new Date(localInput(1_800_000_000_000)).getTime()).toBe(1_800_000_000_000)
  })
})
