import { describe, expect, it } from 'vitest'
import type { NodeState } from '../../domain/cluster'
import type { EventBody, RunEvent } from '../../domain/event'
import { InterfaceSchema, type Lab } from '../../domain/lab'
import type { SampleRow } from '../../domain/sample'
import { testLab } from '../../drivers/test-lab'
import { judge } from '../judge'
import { tc10 } from '../tc-10'

const T0 = 100_000
const HEALED = T0 + 15_000
const END = HEALED + 12_000
const MEMBERS = { fw0: 'ge-0-0-1', fw1: 'ge-7-0-1' }

const link = (entry: Record<string, unknown>) => InterfaceSchema.parse(entry)

function labWithVip(): Lab {
  const lab = testLab()
  const instances = lab.instances.map((instance) => {
    const member = MEMBERS[instance.name as keyof typeof MEMBERS]
    if (!member) return instance
    const wan = link({ name: member, linux: member, role: 'wan', reth: 'reth0', device: 'wan' })
    const heartbeat = link({ name: 'fxp1', linux: 'fxp1', role: 'heartbeat', device: 'eth1' })
    return { ...instance, interfaces: [wan, heartbeat] }
  })
  const reth = { name: 'reth0', redundancyGroup: 1, zone: 'wan', vip: '10.0.0.1/24', members: [], garpObserver: null }
  return { ...lab, instances, cluster: { ...lab.cluster, reths: [reth] } }
}

type Story = {
  /** What node1 says of itself, from an instant on. */
  node1: [number, NodeState][]
  node0?: [number, NodeState][]
  /** When each node claims the VIP. */
  claims: Record<'node0' | 'node1', number[]>
  /** Polls of node1 that were not answered, [from, to). */
  silent?: [number, number]
  complete?: boolean
  controlLink?: boolean
  seen?: 'both' | 'one'
}

const eachSecond = (fromMs = T0 - 3000, toMs = END) =>
  Array.from({ length: Math.floor((toMs - fromMs) / 1000) }, (_, i) => fromMs + i * 1000)

function evidenceOf(story: Story) {
  const lab = labWithVip()
  const events: RunEvent[] = []
  const add = (atMs: number, body: EventBody) => events.push({ ...body, atMs, seq: events.length + 1 })
  const clock = { offsetMs: 0, errorMs: 1 }
  const clocks = { 'lab-host': clock, fw0: clock, fw1: clock }
  const context = { softwareVersions: {}, toolVersions: {}, clocks, macs: {}, switches: [] }
  add(0, { kind: 'context', context })
  const captures = Object.entries(MEMBERS).map(([, member], i) => `capture:node${i}.${member}`)
  for (const [i, stream] of captures.entries())
    add(1, {
      ...{ kind: 'command-started', commandId: `c${i}`, stepId: 'probes', stream },
      command: { place: { host: 'lab-host' }, host: 'lab-host', argv: ['tcpdump'] },
    })
  const told = { node0: story.node0 ?? [[0, 'primary']], node1: story.node1 } as const
  for (const [node, states] of Object.entries(told))
    for (const [atMs, to] of states)
      add(atMs, {
        ...{ kind: 'state-change', node, reading: node, redundancyGroup: 1, from: null, to, source: 'poll' },
        interval: { fromMs: Math.max(0, atMs - 100), toMs: atMs + 100 },
      })
  const found = { mac: 'a', up: true, mtu: 1500, addresses: [] }
  const reads = (label: 'before' | 'restored', atMs: number) => {
    for (const instance of ['fw0', 'fw1']) add(atMs, { kind: 'link-read', label, instance, linux: 'fxp1', found })
  }
  const fault = (event: 'failover' | 'setup', atMs: number) =>
    add(atMs, {
      ...{ kind: 'fault-injected', event, title: 'x', mode: 'x', place: { host: 'lab-host' }, commandId: 'c9' },
      ...{ t0: { fromMs: atMs, toMs: atMs + 50 }, clock: 'lab-host', exitCode: 0, moves: [] },
    })
  const cluster = (label: 'during' | 'restored', atMs: number, controlLinkUp: boolean, rows: number) => {
    for (const [i, node] of ['node0', 'node1'].entries()) {
      const state = i === 0 ? 'primary' : (story.node1.findLast(([from]) => from <= atMs)?.[1] ?? 'secondary')
      const row = { node, priority: 1, state, stateText: state, preempt: true, manual: false, monitorFailures: [] }
      const nodes = rows === 2 ? [row, { ...row, node: 'other', state: 'secondary' as const }] : [row]
      const status = { clusterId: 1, localNode: node, softwareVersion: null, peerSoftwareVersion: null, unparsed: [] }
      const groups = [{ redundancyGroup: 1, failoverCount: 0, nodes }]
      const interfaces = { controlLinkUp, fabricLinkUp: true, reths: [], monitored: [], unparsed: [] }
      add(atMs, {
        ...{ kind: 'cluster-read', node, label, information: null, interfaces },
        answer: { kind: 'status', status: { ...status, groups }, raw: '' },
      })
    }
  }
  reads('before', 10)
  fault('failover', T0)
  cluster('during', HEALED - 100, story.controlLink ?? false, 1)
  fault('setup', HEALED)
  cluster('restored', END - 10, true, story.seen === 'one' ? 1 : 2)
  reads('restored', END - 5)
  if (story.complete !== false) add(END, { kind: 'step-started', stepId: 'collect', title: 'x', budgetMs: 1 })
  const isSilent = (node: string, ms: number) =>
    node === 'node1' && story.silent !== undefined && ms >= story.silent[0] && ms < story.silent[1]
  const polls = (node: string): SampleRow[] =>
    Array.from({ length: 200 }, (_, i) => T0 - 5000 + i * 200).map((ms) => [ms, ms + 10, isSilent(node, ms) ? 3 : 0])
  const claims = (node: 'node0' | 'node1'): SampleRow[] =>
    story.claims[node].map((ms) => [1, ms, 0x0a00_0001, 0x0a00_0066, null, 5, null])
  const streams = new Map<string, SampleRow[]>([
    ['poll:node0', polls('node0')],
    ['poll:node1', polls('node1')],
    [captures[0] ?? '', claims('node0')],
    [captures[1] ?? '', claims('node1')],
  ])
  return { lab, params: {}, events, streams }
}

const verdicts = (story: Story) => {
  const { criteria } = judge(tc10, evidenceOf(story), 'completed')
  return Object.fromEntries(criteria.map(({ id, verdict, measured }) => [id, [verdict, measured?.value ?? null]]))
}
const verdictOf = (story: Story, id: string) => verdicts(story)[id]?.[0]

const guarded: Story = {
  node1: [
    [0, 'secondary'],
    [T0 + 3500, 'secondary-hold'],
    [HEALED + 500, 'secondary'],
  ],
  claims: { node0: eachSecond(), node1: [] },
}

describe('a heartbeat that is cut', () => {
  it('leaves one primary: none longer than what fits between two polls', () => {
    expect(verdicts(guarded)).toEqual({
      'no-dual-primary-state': ['pass', 210],
      'no-dual-primary-vip': ['pass', 1],
      'priority-keeps-primary': ['pass', 1],
      'other-steps-down': ['pass', 2],
      'heartbeat-restored': ['pass', 5],
    })
  })

  it('leaves two: by what they say and by who answers, though node0 never stops', () => {
    const split: Story = {
      node1: [
        [0, 'secondary'],
        [T0 + 3500, 'primary'],
        [HEALED + 900, 'secondary'],
      ],
      claims: { node0: eachSecond(), node1: eachSecond(T0 + 4000, HEALED) },
    }
    const found = verdicts(split)
    expect(Object.fromEntries(Object.entries(found).map(([id, [verdict]]) => [id, verdict]))).toEqual({
      'no-dual-primary-state': 'fail',
      'no-dual-primary-vip': 'fail',
      'priority-keeps-primary': 'pass',
      'other-steps-down': 'fail',
      'heartbeat-restored': 'fail',
    })
    expect(found['no-dual-primary-state']?.[1]).toBeGreaterThan(11_000)
  })
})

describe('what nobody saw is inconclusive', () => {
  it.each<[string, Partial<Story>, string]>([
    ['a node that was silent for long', { silent: [T0 + 5000, T0 + 9000] }, 'no-dual-primary-state'],
    ['a watch that was not ended', { complete: false }, 'no-dual-primary-state'],
    ['a VIP that nobody answers for', { claims: { node0: [], node1: [] } }, 'no-dual-primary-vip'],
    [
      'a VIP that nobody answers for, for a while',
      { claims: { node0: eachSecond(T0 - 3000, T0 + 9000), node1: [] } },
      'no-dual-primary-vip',
    ],
    ['a heartbeat that no node saw go down', { controlLink: true }, 'other-steps-down'],
  ])('%s', (_, more, id) => {
    expect(verdictOf({ ...guarded, ...more }, id)).toBe('inconclusive')
  })

  it('but a short silence only widens what is claimed', () => {
    const story = { ...guarded, silent: [T0 + 5000, T0 + 6000] as [number, number] }
    expect(verdicts(story)['no-dual-primary-state']).toEqual(['pass', 1210])
  })
})

describe('one node at a time', () => {
  it('is no dual primary on the wire, but the priority did not keep it', () => {
    const moved: Story = {
      ...guarded,
      node0: [
        [0, 'primary'],
        [T0 + 6000, 'secondary'],
      ],
      claims: { node0: eachSecond(T0 - 3000, T0 + 6000), node1: eachSecond(T0 + 7000) },
    }
    expect([verdictOf(moved, 'no-dual-primary-vip'), verdictOf(moved, 'priority-keeps-primary')]).toEqual([
      'pass',
      'fail',
    ])
  })

  it('whose peer does not see it again is not healed', () => {
    expect(verdictOf({ ...guarded, seen: 'one' }, 'heartbeat-restored')).toBe('fail')
  })
})
