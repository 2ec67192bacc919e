import { describe, expect, it } from 'vitest'
import { detailOf } from '@/server/domain/detail'
import type { EventBody, RunEvent } from '@/server/domain/event'
import type { RunSummary } from '@/server/domain/run'
import { eventModel } from './timeline-model'
import { noTracks } from './tracks'

const summary: RunSummary = {
  id: 'r1',
  lab: 'x',
  labTitle: 'X',
  case: 'TC-3',
  caseTitle: 'Failover',
  params: {},
  phase: 'running',
  ending: null,
  verdict: null,
  dirty: false,
  createdAt: 900,
  startedAt: 1000,
  endedAt: null,
  failoverTime: null,
  limitMs: 5000,
  softwareVersion: null,
  behind: null,
  message: null,
}

const change = (
  node: string,
  from: 'primary' | 'secondary' | null,
  to: 'primary' | 'secondary' | 'no-answer',
  at: number,
) =>
  ({
    kind: 'state-change',
    node,
    redundancyGroup: 1,
    from,
    to,
    interval: { fromMs: at - 100, toMs: at },
    source: 'poll',
    reading: node,
  }) satisfies EventBody

const fault: EventBody = {
  kind: 'fault-injected',
  event: 'failover',
  title: 'kill -9 on fw0',
  mode: 'kill -9',
  place: { instance: 'fw0' },
  commandId: 'c1',
  t0: { fromMs: 8000, toMs: 8004 },
  clock: 'fw0',
  exitCode: 0,
}

const context: EventBody = {
  kind: 'context',
  context: {
    softwareVersions: {},
    toolVersions: {},
    clocks: { fw0: { offsetMs: 2000, errorMs: 1 } },
    macs: {},
    switches: [],
  },
}

function model(bodies: EventBody[], nowMs = 12_000) {
  const events = bodies.map((body, i): RunEvent => ({ ...body, seq: i + 1, atMs: 1000 + i }))
  return eventModel({ detail: detailOf(summary, events), tracks: noTracks(), lab: null, nowMs, reserve: false })
}

describe('eventModel', () => {
  it("moves T0 from the target's clock to the app's", () => {
    expect(model([context, fault]).origin).toEqual({ ms: 6002, kind: 'T0' })
    expect(model([]).origin).toEqual({ ms: 1000, kind: 'start' })
  })

  it('ends a state where the last old poll began and begins the new one at the end of the first new poll', () => {
    const { states } = model([change('node0', null, 'primary', 2000), change('node0', 'primary', 'no-answer', 8300)])
    expect(states[0]?.segments).toEqual([
      { state: 'primary', since: null, fromMs: 2000, toMs: 8200 },
      { state: 'no-answer', since: { fromMs: 8200, toMs: 8300 }, fromMs: 8300, toMs: 12_000 },
    ])
  })

  it('marks the takeover, not the first look', () => {
    const { markers } = model([
      change('node0', null, 'primary', 2000),
      change('node1', null, 'secondary', 2000),
      context,
      fault,
      change('node1', 'secondary', 'primary', 9000),
    ])
    expect(markers.map((m) => [m.labels[0], m.atMs])).toEqual([
      ['T0 kill -9 on fw0', 6002],
      ['node1 primary', 9000],
    ])
  })

  it('marks a change of the configuration and where it came to', () => {
    const { markers } = model([
      context,
      {
        ...{ kind: 'config-changed', id: 'set', title: 'Set policy p on node0', node: 'node0', change: 'set' },
        ...{ policy: { fromZone: 'lan', toZone: 'wan', name: 'p' }, commandId: 'c1', clock: 'fw0', exitCode: 0 },
        ...{ t0: { fromMs: 8000, toMs: 8020 }, outcome: 'committed', text: 'commit complete' },
      },
      { kind: 'policy-seen', node: 'node1', policy: 'p', present: true, interval: { fromMs: 6030, toMs: 6090 } },
    ])
    expect(markers.map((m) => [m.labels[0], m.atMs])).toEqual([
      ['Set policy p on node0', 6010],
      ['p on node1', 6090],
    ])
  })

  it('grows the live axis in round steps', () => {
    expect(model([], 2000).span).toEqual({ fromMs: 1000, toMs: 11_000 })
    expect(model([], 12_000).span).toEqual({ fromMs: 1000, toMs: 16_000 })
  })
})
