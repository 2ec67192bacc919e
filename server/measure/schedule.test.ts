import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../domain/event'
import type { ScheduledStep } from '../domain/scheduled'
import { latest, startSkews, wallClockStart } from './schedule'

const context = (offsetMs: number) => ({
  ...{ softwareVersions: {}, toolVersions: {}, macs: {}, switches: [] },
  clocks: { edge: { offsetMs, errorMs: 1 } },
})
const step = (id: string, host: string, fromMs: number, more: Partial<ScheduledStep> = {}): ScheduledStep => ({
  ...{ id, title: id, host, plannedMs: 1000, isOnTime: true, stamp: 'host', endedMs: 2000, outcome: 'ok' },
  ...{ began: { fromMs, toMs: fromMs + 2 }, command: null, exitCode: 0, message: null, ...more },
})
const events = (...steps: ScheduledStep[]): RunEvent[] =>
  steps.map((scheduled, at) => ({ kind: 'scheduled-step', step: scheduled, seq: at + 1, atMs: 0 }))

describe('the skew of a start', () => {
  it('is the distance of the first and the last host, with the errors of both clocks', () => {
    const [skew] = startSkews(events(step('a', 'edge', 1000), step('b', 'pve', 1010), step('c', 'edge', 1005)))
    expect(skew).toMatchObject({ plannedMs: 1000, ms: 10, lowerMs: 8, upperMs: 12 })
    expect(skew?.steps).toHaveLength(3)
  })

  it('counts only what was to begin by the clock, on more than one host', () => {
    expect(startSkews(events(step('a', 'edge', 1000), step('b', 'edge', 1010)))).toEqual([])
    expect(startSkews(events(step('a', 'edge', 1000), step('b', 'pve', 1010, { isOnTime: false })))).toEqual([])
    expect(startSkews(events(step('a', 'edge', 1000), step('b', 'pve', 1010, { began: null })))).toEqual([])
    expect(startSkews(events(step('a', 'edge', 1000), step('b', 'pve', 1010, { plannedMs: 1010 })))).toEqual([])
  })

  it('is wider by what a clock drifted during the run', () => {
    const drifted: RunEvent[] = [
      { kind: 'context', context: context(3), seq: 1, atMs: 0 },
      ...events(step('a', 'edge', 1000), step('b', 'pve', 1010, { stamp: 'console' })),
      { kind: 'clocks-read', clocks: { edge: { offsetMs: 8, errorMs: 1 } }, seq: 9, atMs: 0 },
    ]
    expect(startSkews(drifted)[0]).toMatchObject({ ms: 10, lowerMs: 3, upperMs: 17 })
  })

  it('is late by what held it up, too, when it had a time of day', () => {
    const at = (askedMs: number | null): RunEvent[] => [
      { kind: 'schedule-started', startMs: 1000, askedMs, seq: 1, atMs: 0 },
      ...events(step('a', 'edge', 1000), step('b', 'pve', 1030)),
    ]
    expect(wallClockStart(at(1000))).toMatchObject({ heldUpMs: 0, ms: 31, step: { id: 'b' } })
    expect(wallClockStart(at(400))).toMatchObject({ heldUpMs: 600, ms: 631 })
    expect(wallClockStart(at(null))).toBeNull()
    expect(wallClockStart(at(1000).slice(0, 1))).toBeNull()
  })

  it('has the one that was latest', () => {
    expect(latest(events(step('a', 'edge', 1000), step('b', 'pve', 1030)))).toMatchObject({
      lateMs: 31,
      step: { id: 'b' },
    })
    expect(latest([])).toBeNull()
  })
})
