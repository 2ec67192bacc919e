import { describe, expect, it } from 'vitest'
import type { NodeState } from '../domain/cluster'
import type { RunEvent } from '../domain/event'
import { becamePrimary, detectionTime, dualPrimary, lastAnsweredPollMs } from './state-timeline'

let seq = 0
const change = (node: string, to: NodeState | 'no-answer', fromMs: number, toMs: number, reading = node): RunEvent => ({
  kind: 'state-change',
  seq: ++seq,
  atMs: toMs,
  node,
  redundancyGroup: 1,
  from: null,
  to,
  interval: { fromMs, toMs },
  source: 'poll',
  reading,
})

describe('primary change', () => {
  const events = [
    change('node1', 'primary', 500, 700),
    change('node1', 'secondary', 800, 900),
    change('node1', 'primary', 3900, 4000, 'node0'),
    change('node1', 'primary', 4100, 4350),
  ]

  it('is the first after T0 that the node says of itself', () => {
    expect(becamePrimary(events, 'node1', 1, 1000)).toEqual({ fromMs: 4100, toMs: 4350 })
    expect(becamePrimary(events, 'node1', 2, 1000)).toBeNull()
    expect(becamePrimary(events, 'node0', 1, 1000)).toBeNull()
  })

  it('may lie anywhere in a silence before it', () => {
    const silence = [
      change('node1', 'secondary', 0, 100),
      change('node1', 'no-answer', 2000, 2300),
      change('node1', 'unknown', 5000, 5100),
      change('node1', 'primary', 8000, 8200),
    ]
    expect(becamePrimary(silence, 'node1', 1, 1000)).toEqual({ fromMs: 2000, toMs: 8200 })
  })

  it('gives a Detection Time whose error is what both intervals leave open', () => {
    const found = detectionTime({ fromMs: 1000, toMs: 1020 }, { fromMs: 4100, toMs: 4350 }, 'node1 RG1')
    expect(found).toMatchObject({ ms: 3215, plusMs: 135, minusMs: 135, method: 'poll' })
    expect(detectionTime({ fromMs: 1000, toMs: 1020 }, { fromMs: 900, toMs: 1010 }, 'x')).toMatchObject({
      ms: 5,
      minusMs: 5,
    })
  })
})

describe('dual primary', () => {
  const nodes: [string, string] = ['node0', 'node1']

  it('is the span in which both said it, by what the polls can tell', () => {
    const events = [
      change('node0', 'primary', 0, 10),
      change('node1', 'primary', 4000, 4200),
      change('node0', 'secondary', 5000, 5200),
    ]
    expect(dualPrimary(events, nodes, 1)).toEqual([{ fromMs: 4200, toMs: 5000 }])
  })

  it('is none in a takeover after silence, and open while it lasts', () => {
    const takeover = [change('node0', 'primary', 0, 10), change('node0', 'no-answer', 1000, 1200)]
    expect(dualPrimary([...takeover, change('node1', 'primary', 4000, 4200)], nodes, 1)).toEqual([])
    const split = [change('node0', 'primary', 0, 10), change('node1', 'primary', 4000, 4200)]
    expect(dualPrimary(split, nodes, 1)).toEqual([{ fromMs: 4200, toMs: Number.POSITIVE_INFINITY }])
  })
})

it('knows the last poll that was answered with a status', () => {
  expect(
    lastAnsweredPollMs([
      [0, 10, 0],
      [20, 30, 3],
      [40, 50, 0],
      [60, 70, 2],
    ]),
  ).toBe(50)
  expect(lastAnsweredPollMs([])).toBeNull()
})
