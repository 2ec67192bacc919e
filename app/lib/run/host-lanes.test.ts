import { expect, it } from 'vitest'
import type { StepView } from '@/server/domain/detail'
import { hostLanes } from './host-lanes'

const view = (id: string, host: string | undefined, startedMs: number, endedMs: number): StepView => ({
  ...{ id, title: id, budgetMs: 1, startedMs, endedMs, outcome: 'ok', message: null },
  ...(host && { host }),
})

it('gives each host a lane, and one more where steps go on beside each other', () => {
  const steps = [
    view('schedule', undefined, 0, 100),
    view('a@edge', 'edge', 0, 50),
    view('b@pve', 'pve', 0, 1),
    view('c@edge', 'edge', 10, 20),
    view('d@edge', 'edge', 60, 70),
  ]
  const lanes = hostLanes(steps, ({ id, title, startedMs, endedMs, outcome }) => ({
    ...{ id, title, outcome, fromMs: startedMs, toMs: endedMs ?? 0 },
  }))
  expect(lanes.map(({ label, steps: on }) => [label, on.map(({ id }) => id)])).toEqual([
    ['edge', ['a', 'd']],
    ['', ['c']],
    ['pve', ['b']],
  ])
})
