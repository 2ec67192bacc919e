import { describe, expect, it } from 'vitest'
import type { EventBody, RunEvent } from '../../domain/event'
import type { RunEvidence } from '../../domain/evidence'
import type { SampleRow } from '../../domain/sample'
import { testLab } from '../../drivers/test-lab'
import { analyse } from '../../measure/analysis'
import type { Criterion } from '../define'
import { configAppears, configRemoved, configSyncLatency, secondaryRefuses } from './config-sync'
import { singleConfig } from './single-config'

const clocks = { fw0: { offsetMs: 5000, errorMs: 2 }, fw1: { offsetMs: -300, errorMs: 2 } }
const context = { softwareVersions: {}, toolVersions: {}, clocks, macs: {}, switches: [] }

type Changed = Extract<EventBody, { kind: 'config-changed' }>
const changed = (id: string, node: string, atMs: number, more: Partial<Changed> = {}): Changed => {
  const clock = node === 'node0' ? 'fw0' : 'fw1'
  const fromMs = atMs + clocks[clock].offsetMs
  return {
    ...{ kind: 'config-changed', id, title: id, node, clock, commandId: 'c1', exitCode: 0 },
    change: id === 'delete' ? 'delete' : 'set',
    policy: { fromZone: 'lan', toZone: 'wan', name: id === 'refused' ? 'p-refused' : 'p-set' },
    t0: { fromMs, toMs: fromMs + 20 },
    outcome: id === 'refused' ? 'not-writable' : 'committed',
    text: id === 'refused' ? 'error: configuration database is not writable (secondary node)' : 'commit complete',
    ...more,
  }
}
const seen = (node: string, policy: string, present: boolean, fromMs: number): EventBody => ({
  ...{ kind: 'policy-seen', node, policy, present, interval: { fromMs, toMs: fromMs + 50 } },
})

/** Both nodes asked every 50 ms until then. */
const polls = (untilMs: number): SampleRow[] =>
  Array.from({ length: Math.floor(untilMs / 50) }, (_, i) => [i * 50, i * 50 + 10, 0])

function judged(criterion: Criterion, bodies: EventBody[], untilMs = 20_000, answering = ['node0', 'node1']) {
  const events = [{ kind: 'context', context } as const, ...bodies].map(
    (body, i): RunEvent => ({ ...body, seq: i + 1, atMs: 0 }),
  )
  const streams = new Map(answering.map((node) => [`poll:policies.${node}`, polls(untilMs)] as const))
  const evidence: RunEvidence = { lab: testLab(), params: {}, events, streams }
  const analysis = analyse(evidence)
  return { ...criterion.judge(analysis), latency: configSyncLatency(analysis) }
}

const set = changed('set', 'node0', 1000)
const both = [seen('node0', 'p-set', true, 1000), seen('node1', 'p-set', true, 1050)]

describe('the policy appears on the secondary', () => {
  it('within the limit; the clocks’ errors widen it, and it is never negative', () => {
    const found = judged(configAppears, [set, ...both])
    expect(found.verdict).toBe('pass')
    // T0 is 998–1022 on the app's clock, node1 showed it between 1050 and 1100
    expect(found.latency).toMatchObject({ ms: 65, plusMs: 37, minusMs: 37, id: 'configSyncLatency' })
    const early = [seen('node0', 'p-set', true, 950), seen('node1', 'p-set', true, 980)]
    const { ms, minusMs } = judged(configAppears, [set, ...early]).latency ?? { ms: -1, minusMs: 0 }
    expect(ms - minusMs).toBe(0)
  })

  it.each([
    [1900, 'pass'],
    [1970, 'inconclusive'],
    [2100, 'fail'],
  ])('seen from %i ms on: %s', (atMs, verdict) => {
    expect(
      judged(configAppears, [set, seen('node0', 'p-set', true, 1000), seen('node1', 'p-set', true, atMs)]).verdict,
    ).toBe(verdict)
  })

  it.each([
    ['watched beyond the limit', 3000, ['node0', 'node1'], 'fail'],
    ['not watched for so long', 1500, ['node0', 'node1'], 'inconclusive'],
    ['never answered', 3000, ['node0'], 'inconclusive'],
  ])('never seen, %s: %s', (_, untilMs, answering, verdict) => {
    const found = judged(configAppears, [set, seen('node0', 'p-set', true, 1000)], untilMs, answering)
    expect(found.verdict).toBe(verdict)
    expect(found.latency).toBeNull()
  })

  it('a primary that refuses fails; without a change, or its clock, nothing can be said', () => {
    const text = 'error: commit failed'
    expect(judged(configAppears, [changed('set', 'node0', 1000, { outcome: 'failed', text })]).verdict).toBe('fail')
    expect(judged(configAppears, []).verdict).toBe('inconclusive')
    expect(judged(configAppears, [{ ...set, clock: 'fw7' }, ...both]).verdict).toBe('inconclusive')
  })
})

describe('the secondary refuses', () => {
  const refused = changed('refused', 'node1', 5000)
  it.each([
    ['it says so, and nothing comes', [refused], 'pass'],
    ['it takes it', [changed('refused', 'node1', 5000, { outcome: 'committed' })], 'fail'],
    ['it says so, and has it all the same', [refused, seen('node1', 'p-refused', true, 5000)], 'fail'],
    ['it says so, and the primary has it', [refused, seen('node0', 'p-refused', true, 5100)], 'fail'],
    ['it says nothing', [changed('refused', 'node1', 5000, { outcome: null, text: '' })], 'inconclusive'],
    ['it fails for another reason', [changed('refused', 'node1', 5000, { outcome: 'failed' })], 'inconclusive'],
    ['nobody tried', [], 'inconclusive'],
  ] as const)('%s: %s', (_, bodies, verdict) => {
    expect(judged(secondaryRefuses, [...bodies]).verdict).toBe(verdict)
  })

  it('has to be watched for a while afterwards', () => {
    expect(judged(secondaryRefuses, [refused], 5500).verdict).toBe('inconclusive')
  })
})

describe('the policy is removed', () => {
  const away = changed('delete', 'node0', 8000)
  const gone = [seen('node0', 'p-set', false, 8000), seen('node1', 'p-set', false, 8050)]
  it.each([
    ['from both', [...both, away, ...gone], 'pass'],
    ['from the primary only', [...both, away, ...gone.slice(0, 1)], 'fail'],
    ['from the primary; the secondary never had it', [...both.slice(0, 1), away, ...gone.slice(0, 1)], 'inconclusive'],
    ['not tried', both, 'inconclusive'],
  ] as const)('%s: %s', (_, bodies, verdict) => {
    expect(judged(configRemoved, [...bodies]).verdict).toBe(verdict)
  })
})

describe('the single configuration', () => {
  const written = [
    'groups node0 system host-name fw0',
    'groups node1 system host-name fw1',
    `apply-groups "\${node}"`,
    'security zones a',
  ]
  const read = (node: string, more: object = {}): EventBody => ({
    ...{ kind: 'config-read', node, written, expanded: [`system host-name fw${node.at(-1)}`, 'security zones a'] },
    ...more,
  })
  it.each([
    ['as it should be', [read('node0'), read('node1')], 'pass'],
    ['different on the nodes', [read('node0'), read('node1', { written: [...written, 'x'] })], 'fail'],
    [
      'without a group',
      [read('node0', { written: written.slice(1) }), read('node1', { written: written.slice(1) })],
      'fail',
    ],
    [
      'not applied',
      [read('node0', { written: written.toSpliced(2, 1) }), read('node1', { written: written.toSpliced(2, 1) })],
      'fail',
    ],
    ['not expanded', [read('node0', { expanded: ['security zones a'] }), read('node1')], 'fail'],
    [
      'expanded with the other’s',
      [read('node0', { expanded: ['system host-name fw0', 'system host-name fw1'] }), read('node1')],
      'fail',
    ],
    ['unread', [read('node0', { written: null }), read('node1')], 'inconclusive'],
    ['expanded unread', [read('node0', { expanded: null }), read('node1')], 'inconclusive'],
    ['one not asked', [read('node0')], 'inconclusive'],
  ] as const)('%s: %s', (_, bodies, verdict) => {
    expect(judged(singleConfig, [...bodies]).verdict).toBe(verdict)
  })
})
