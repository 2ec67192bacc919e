import { describe, expect, it } from 'vitest'
import type { EventBody, RunEvent } from '../domain/event'
import type { RunContext } from '../domain/run'
import type { SampleRow } from '../domain/sample'
import { testLab } from '../drivers/test-lab'
import { judge } from './judge'
import { tc03 } from './tc-03'

const T0 = 1_763_629_343_000
const MAC = 0x02bf72000103
const VIP = 0x0a003c01

const lab = testLab({
  cluster: {
    ...testLab().cluster,
    reths: [
      {
        ...{ name: 'reth1', redundancyGroup: 1, zone: 'lan', vip: '10.0.60.1/24', members: ['ge-0/0/1'] },
        garpObserver: { at: { instance: 'lan' }, interface: 'eth0' },
      },
    ],
  },
})

const clock = { offsetMs: 0, errorMs: 1 }
const context: RunContext = {
  ...{ softwareVersions: {}, toolVersions: {}, macs: {}, switches: [] },
  clocks: { 'lab-host': clock, fw0: clock, fw1: clock, lan: clock },
}

/** A takeover after 3 s, stamped by a clock of fw0 that had been set by so much; `read`: what its offset is at the end. */
function report(setByMs: number, read: Partial<Record<'fw0' | 'lan', number>>, isOld = false) {
  const bodies: EventBody[] = [
    { kind: 'context', context },
    {
      ...{ kind: 'fault-injected', event: 'failover', title: 'kill', mode: 'kill', place: { instance: 'fw0' } },
      ...{ commandId: 'c1', clock: 'fw0', exitCode: 0 },
      t0: { fromMs: T0 + setByMs, toMs: T0 + setByMs + 4 },
      ...(isOld ? {} : { during: { fromMs: T0 - 20, toMs: T0 + 30 } }),
    },
    {
      ...{ kind: 'state-change', node: 'node1', reading: 'node1', redundancyGroup: 1, from: 'secondary' },
      ...{ to: 'primary', interval: { fromMs: T0 + 2900, toMs: T0 + 3100 }, source: 'poll' },
    },
    {
      kind: 'clocks-read',
      clocks: Object.fromEntries(Object.entries(read).map(([name, offsetMs]) => [name, { offsetMs, errorMs: 20 }])),
    },
  ]
  const events = bodies.map((body, i): RunEvent => ({ ...body, seq: i + 1, atMs: T0 + i * 1000 }))
  const probe = Array.from({ length: 5000 }, (_, n): SampleRow => {
    const atMs = T0 - 10_000 + n * 5
    return atMs >= T0 && atMs < T0 + 3000 ? [1, atMs + 5, n, null, null, null] : [0, atMs + 0.4, n, 0.4, 64, 64]
  })
  const streams = new Map<string, SampleRow[]>([
    ['poll:node1', Array.from({ length: 60 }, (_, i) => [T0 + i * 200, T0 + i * 200 + 10, 0])],
    ['probe:wan', probe],
    ['capture:reth1', [[0, T0 + 3001, VIP, VIP, null, MAC, null]]],
  ])
  const judged = judge(tc03, { lab, params: {}, events, streams }, 'completed')
  const of = Object.fromEntries(judged.criteria.map(({ id, verdict }) => [id, verdict]))
  return { ...judged, of }
}

const well = { primary: 'pass', 'failover-time': 'pass', garp: 'pass', agreement: 'pass' }

describe('TC-3 with a clock that is set in mid-run', () => {
  it('none is: nothing is said of it', () => {
    const { of, notes } = report(0, { fw0: 3, lan: -8 })
    expect(of).toMatchObject(well)
    expect(notes).toEqual([])
  })

  it.each([30_000, -30_000])('that of the node that fails, by %i ms before it does: judged as it was', (byMs) => {
    const { of, notes, t0, headline } = report(byMs, { fw0: byMs })
    expect(of).toMatchObject(well)
    expect(headline?.ms).toBeCloseTo(3005, 0)
    expect(t0).toEqual({ fromMs: T0 - 20, toMs: T0 + 30 })
    expect(notes).toEqual([
      `The clock of fw0 was set by about ${byMs > 0 ? '+' : '−'}30.000 s during the run; its stamps are not used: ` +
        'T0 is when its command was sent and answered, by the clock of the dashboard',
    ])
  })

  it('nobody noticed it in old runs, and some were judged wrong', () => {
    expect(report(30_000, {}, true).of).toMatchObject({ garp: 'fail' })
    expect(report(-30_000, {}, true).of).toMatchObject({ primary: 'fail' })
  })

  it('that of a probe and an observer: what they stamped is not judged, and it says why', () => {
    const { of, notes, criteria } = report(0, { fw0: 0, lan: -30_000 })
    expect(of).toMatchObject({ primary: 'pass', 'failover-time': 'inconclusive', garp: 'inconclusive' })
    expect(criteria.find(({ id }) => id === 'garp')?.evidence[0]?.text).toBe(
      'reth1: T0 is not known on the clock of lan',
    )
    expect(notes[0]).toBe('The clock of lan was set by about −30.000 s during the run; its stamps are not used')
  })
})
