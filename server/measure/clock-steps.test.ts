import { describe, expect, it } from 'vitest'
import type { EventBody, RunEvent } from '../domain/event'
import { clockAstrayMs, clockSetMs, clockSteps, contextOf } from './clock-steps'
import { doneOn } from './clocks'

const clocks = {
  fw0: { offsetMs: 0, errorMs: 1 },
  fw1: { offsetMs: 250, errorMs: 1 },
  lan: { offsetMs: 0, errorMs: 1 },
}
const context: EventBody = {
  kind: 'context',
  context: { softwareVersions: {}, toolVersions: {}, clocks, macs: {}, switches: [] },
}
const fault = (stampedMs: number) =>
  ({
    ...{ kind: 'fault-injected', event: 'failover', title: 'kill', mode: 'kill', place: { instance: 'fw0' } },
    ...{ commandId: 'c1', clock: 'fw0', exitCode: 0 },
    t0: { fromMs: stampedMs, toMs: stampedMs + 10 },
    during: { fromMs: 9990, toMs: 10_030 },
  }) satisfies EventBody
const later = (offsets: Partial<Record<'fw0' | 'fw1' | 'lan', number>>): EventBody => ({
  kind: 'clocks-read',
  clocks: Object.fromEntries(Object.entries(offsets).map(([name, offsetMs]) => [name, { offsetMs, errorMs: 15 }])),
})
const eventsOf = (...bodies: EventBody[]) =>
  [context, ...bodies].map((body, i): RunEvent => ({ ...body, seq: i + 1, atMs: i * 10_000 }))

describe('clocks that are set in mid-run', () => {
  it('are none while the second reading agrees within the errors and a little drift', () => {
    const events = eventsOf(fault(10_000), later({ fw0: 20, fw1: 220, lan: -40 }))
    expect(clockSteps(events)).toEqual([{ clock: 'lan', byMs: -40 }])
    expect(Object.keys(contextOf(events)?.clocks ?? {})).toEqual(['fw0', 'fw1'])
  })

  it('may still have run away by as much as the readings allow, once those do not agree', () => {
    const events = eventsOf(fault(10_000), later({ fw0: 20 }), later({ fw1: 220, lan: -3 }))
    const clocks = ['fw0', 'fw1', 'lan', 'gone']
    expect(clocks.map((clock) => clockSetMs(events, clock))).toEqual([36, 46, 0, 0])
    expect(clocks.map((clock) => clockAstrayMs(events, clock))).toEqual([34, 44, 17, 0])
  })

  it('a node that is down at the end says nothing', () => {
    expect(clockSteps(eventsOf(fault(10_000), later({})))).toEqual([])
  })

  it.each([
    ['before the fault, by its stamps alone', [fault(40_000)], 29_969],
    ['before the fault', [fault(40_000), later({ fw0: 30_002 })], 30_002],
    ['after the fault', [fault(10_000), later({ fw0: -29_998 })], -29_998],
  ])('are found %s, and T0 is still known', (_, bodies, byMs) => {
    const events = eventsOf(...bodies)
    expect(clockSteps(events)).toEqual([{ clock: 'fw0', byMs }])
    const [change] = bodies as [ReturnType<typeof fault>]
    expect(doneOn(change, null, contextOf(events))).toEqual({ fromMs: 9990, toMs: 10_030 })
    expect(doneOn(change, 'lan', contextOf(events))).toEqual({ fromMs: 9989, toMs: 10_031 })
    // A capture on the node itself was stamped by the same clock, before or after it was set.
    expect(doneOn(change, 'fw0', contextOf(events))).toBeNull()
  })

  it('the clock of a probe that was set is not known, so nothing is moved to it', () => {
    const events = eventsOf(fault(10_000), later({ lan: 30_000 }))
    expect(doneOn(fault(10_000), 'lan', contextOf(events))).toBeNull()
    expect(doneOn(fault(10_000), null, contextOf(events))).toEqual({ fromMs: 9999, toMs: 10_011 })
  })
})
