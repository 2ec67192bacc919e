import { describe, expect, it } from 'vitest'
import type { EventBody, RunEvent } from '../domain/event'
import { LabSchema } from '../domain/lab'
import type { RunContext } from '../domain/run'
import { PROBE_KINDS, type SampleRow, SUM_SOCKET } from '../domain/sample'
import { iperf3Argv } from '../drivers/iperf3'
import { testLab } from '../drivers/test-lab'
import { blockedBecause, caseView, parseParams } from './define'
import { judge } from './judge'
import { tc08 } from './tc-08'

const base = testLab()
const lab = LabSchema.parse({
  ...base,
  instances: [
    {
      name: 'fw0',
      role: 'firewall',
      interfaces: [{ name: 'ge-0/0/1', linux: 'ge-0-0-1', role: 'wan', reth: 'reth0' }],
    },
    {
      name: 'fw1',
      role: 'firewall',
      interfaces: [{ name: 'ge-7/0/1', linux: 'ge-7-0-1', role: 'wan', reth: 'reth0' }],
    },
    { name: 'lan', role: 'lan-host', interfaces: [{ name: 'eth0', linux: 'eth0', role: 'lan' }] },
  ],
  cluster: {
    ...base.cluster,
    reths: [
      { name: 'reth0', redundancyGroup: 1, zone: 'wan', vip: '172.16.50.6/24', members: ['ge-0/0/1', 'ge-7/0/1'] },
    ],
  },
  throughput: { from: { instance: 'lan' }, server: '172.16.50.1', port: 5203 },
  notes: 'Virtual links.',
})

const START_MS = 1_700_000_000_000
const SECONDS = 25

const load = (bitPerS: (interval: number) => number): SampleRow[] =>
  Array.from({ length: SECONDS * 2 }, (_, i) => [
    ...[SUM_SOCKET, i / 2, (i + 1) / 2, bitPerS(i) / 16, bitPerS(i), 2, START_MS + (i + 1) * 500],
  ])

const REPLY = PROBE_KINDS.indexOf('reply')
const NO_ANSWER = PROBE_KINDS.indexOf('no-answer')
/** A probe every so many ms, from a second before the load to a second after it. */
function probe(everyMs: number, lostAt: readonly number[] = []): SampleRow[] {
  const count = Math.floor(((SECONDS + 2) * 1000) / everyMs)
  return Array.from({ length: count }, (_, i) => {
    const sentMs = START_MS - 1000 + i * everyMs
    return lostAt.includes(i)
      ? [NO_ANSWER, sentMs + everyMs, i + 1, null, null, null]
      : [REPLY, sentMs + 0.4, i + 1, 0.4, 63, 64]
  })
}

const socket = (port: number, traffic = 'load'): EventBody => ({
  ...{ kind: 'traffic-socket', traffic, socket: port, local: `10.0.60.102:${port}`, remote: '172.16.50.1:5203' },
})
const session = (port: number, natSource: string | null) => ({
  ...{ node: 'node0', id: String(port), protocol: 'tcp', source: `10.0.60.102:${port}` },
  ...{ destination: '172.16.50.1:5203', natSource, state: null, haState: null, timeoutS: null },
})
const counters = (label: 'before' | 'after', instance: string, dropped: number): EventBody => ({
  ...{ kind: 'link-counters', label, instance },
  links: [{ name: 'x', rxPackets: 9, txPackets: 9, rxDropped: 0, txDropped: dropped, rxErrors: 0, txErrors: 0 }],
})
const ended = (traffic: string, done = true): EventBody => ({ kind: 'traffic-ended', traffic, done, error: null })
const result = (bitPerS: number): EventBody => ({
  ...{ kind: 'traffic-result', traffic: 'load', role: 'receiver', seconds: 25, bytes: 1, bitPerS, retransmits: null },
})
const known: RunContext = {
  ...{ softwareVersions: {}, toolVersions: {}, macs: {}, switches: [] },
  clocks: { lan: { offsetMs: 0, errorMs: 0 } },
}

const good = {
  sessions: [5001, 5002].map((port) => session(port, `172.16.50.6:${port}`)) as ReturnType<typeof session>[] | null,
  counters: ['fw0', 'fw1', 'lan'].flatMap((name) => [counters('before', name, 5), counters('after', name, 5)]),
  ends: [ended('load'), result(1.99e9)] as EventBody[],
  rates: (_: number): number => 2e9,
  alone: null as ((interval: number) => number) | null,
  probe: probe(20),
  params: { durationS: SECONDS } as Record<string, unknown>,
}

function judged(change: Partial<typeof good> = {}) {
  const { sessions, counters: read, ends, rates, alone, probe: probed, params } = { ...good, ...change }
  const bodies: EventBody[] = [
    { kind: 'context', context: known },
    ...[socket(5001), socket(5002)],
    { kind: 'sessions', label: 'before', node: 'node0', sessions },
    ...read,
    ...ends,
  ]
  const events = bodies.map((body, i) => ({ ...body, seq: i + 1, atMs: i })) as RunEvent[]
  const streams = new Map([
    ['traffic:load', load(rates)],
    ['probe:wan', probed],
    ...(alone ? [['traffic:load-alone', load(alone)] as const] : []),
  ])
  return judge(tc08, { lab, params: parseParams(tc08, params), events, streams }, 'completed')
}

const verdicts = (change: Partial<typeof good> = {}) =>
  Object.fromEntries(judged(change).criteria.map(({ id, verdict }) => [id, verdict]))

const ALL = { throughput: 'pass', 'no-loss': 'pass', stable: 'pass' }

describe('TC-8', () => {
  it('passes with enough throughput through SNAT, nothing lost and nothing dropped, and says it at the top', () => {
    const report = judged()
    expect(Object.fromEntries(report.criteria.map(({ id, verdict }) => [id, verdict]))).toEqual(ALL)
    expect(report.figure?.measured?.text).toBe('2.00 Gbit/s (min 2.00 Gbit/s)')
    expect(report.criteria[0]?.evidence.map(({ text }) => text)).toContain('lab: Virtual links.')
    expect(report.notes.join()).toContain('Load: mean 2.00 Gbit/s')
  })

  it('holds both sides’ counts against the limit', () => {
    expect(verdicts({ rates: () => 0.9e9, ends: [ended('load'), result(0.89e9)] }).throughput).toBe('fail')
    expect(verdicts({ rates: () => 1.01e9, ends: [ended('load'), result(0.97e9)] }).throughput).toBe('inconclusive')
    expect(verdicts({ ends: [ended('load')] }).throughput).toBe('inconclusive')
    expect(verdicts({ ends: [ended('load')], params: { direction: 'download' } }).throughput).toBe('pass')
  })

  it('does not hold a load that was held back itself against the limit', () => {
    const slow = { rates: () => 0.4e9, ends: [ended('load'), result(0.4e9)] }
    expect(verdicts({ ...slow, params: { streamMbitPerS: 100 } }).throughput).toBe('inconclusive')
    expect(verdicts({ ...slow, params: { streamMbitPerS: 500 } }).throughput).toBe('fail')
    expect(verdicts({ params: { streamMbitPerS: 500 } }).throughput).toBe('pass')
  })

  it('wants it translated', () => {
    expect(verdicts({ sessions: [session(5001, null), session(5002, null)] }).throughput).toBe('fail')
    expect(verdicts({ sessions: [session(5001, '172.16.50.6:1')] }).throughput).toBe('inconclusive')
    expect(verdicts({ sessions: null }).throughput).toBe('inconclusive')
  })

  it('fails on a lost probe during the load, and not on one before it', () => {
    expect(verdicts({ probe: probe(20, [400]) })['no-loss']).toBe('fail')
    expect(verdicts({ probe: probe(20, [10]) })['no-loss']).toBe('pass')
  })

  it('says nothing of loss with too few probes or counters that grew, began anew or were not read', () => {
    expect(verdicts({ probe: probe(26) })['no-loss']).toBe('inconclusive')
    const others = good.counters.slice(2)
    const grown = [counters('before', 'fw0', 5), counters('after', 'fw0', 6)]
    const reset = [counters('before', 'fw0', 5), counters('after', 'fw0', 4)]
    const unread: EventBody[] = [
      counters('before', 'fw0', 5),
      { kind: 'link-counters', label: 'after', instance: 'fw0', links: null },
    ]
    for (const own of [grown, reset, unread])
      expect(verdicts({ counters: [...own, ...others] })['no-loss']).toBe('inconclusive')
    expect(verdicts({ counters: [] })['no-loss']).toBe('inconclusive')
  })

  it('fails on a load that stood still or collapsed', () => {
    expect(verdicts({ rates: (i) => (i === 30 ? 0 : 2e9) }).stable).toBe('fail')
    expect(verdicts({ rates: (i) => (i === 30 ? 1e8 : 2e9) }).stable).toBe('fail')
  })

  it('says nothing of a load that did not run to its end', () => {
    const none = { throughput: 'inconclusive', 'no-loss': 'inconclusive', stable: 'inconclusive' }
    expect(verdicts({ ends: [ended('load', false)] })).toEqual(none)
    expect(verdicts({ ends: [] })).toEqual(none)
  })

  it('judges the overhead only where it was measured', () => {
    const compared = { params: { compareSecondaryOff: true }, ends: [...good.ends, ended('load-alone')] }
    expect(verdicts({ ...compared, alone: () => 2.04e9 }).overhead).toBe('pass')
    expect(verdicts({ ...compared, alone: () => 2.5e9 }).overhead).toBe('fail')
    expect(verdicts({ ...compared, alone: (i) => (Math.floor(i / 10) % 2 ? 2.6e9 : 1.9e9) }).overhead).toBe(
      'inconclusive',
    )
    expect(verdicts({ ...compared, alone: null }).overhead).toBe('inconclusive')
  })

  it('is destructive only with the secondary off', () => {
    const careful = { ...lab, allowDestructive: false }
    expect(blockedBecause(tc08, careful, {})).toBeNull()
    expect(blockedBecause(tc08, careful, { compareSecondaryOff: true })).toContain('allowDestructive')
    expect(blockedBecause(tc08, base)).toContain('throughput')
    const { destructive, destructiveWhen, criteria } = caseView(tc08, careful)
    expect([destructive, destructiveWhen]).toEqual([false, 'compareSecondaryOff'])
    expect(criteria.map(({ when }) => when)).toEqual([null, null, null, 'compareSecondaryOff'])
  })

  it('sends as fast as it can or may, with the congestion control that was chosen', () => {
    const actionsOf = (params: Record<string, unknown>) =>
      tc08.steps(lab, parseParams(tc08, params), 'run').flatMap((step) => step.actions)
    const client = (params: Record<string, unknown>) => {
      const start = actionsOf(params).find((action) => action.kind === 'start-load')
      return start && iperf3Argv(start.load, start.load.durationS).join(' ')
    }
    const asked = (rate: string) => `iperf3 -c 172.16.50.1 -p 5203 -t 30 -i 0.5 -P 4 -b ${rate} -C bbr --forceflush`
    expect(client({})).toBe(asked('0'))
    expect(client({ streamMbitPerS: 2.5 })).toBe(asked('2500000'))
    expect(actionsOf({}).filter(({ kind }) => kind === 'fault')).toEqual([])
  })
})
