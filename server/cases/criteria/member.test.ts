import { describe, expect, it } from 'vitest'
import type { EventBody, RunEvent } from '../../domain/event'
import { InterfaceSchema } from '../../domain/lab'
import type { SampleRow } from '../../domain/sample'
import { testLab } from '../../drivers/test-lab'
import { judge } from '../judge'
import { tc07 } from '../tc-07'

const T0 = 100_000
const MEMBERS = { fw0: 'ge-0-0-1', fw1: 'ge-7-0-1' }
const STREAM = 'capture:node1.ge-7-0-1'

const link = (entry: Record<string, unknown>) => InterfaceSchema.parse(entry)

function labWithMembers(xdp: 'none' | 'generic') {
  const lab = testLab()
  const instances = lab.instances.map((instance) => {
    const member = MEMBERS[instance.name as keyof typeof MEMBERS]
    if (!member) return instance
    const wan = link({ name: member, linux: member, role: 'wan', reth: 'reth0', device: 'wan', xdp })
    return { ...instance, interfaces: [wan] }
  })
  const reth = { name: 'reth0', redundancyGroup: 1, zone: 'wan', vip: '10.0.0.1/24', members: [], garpObserver: null }
  const groups = [0, 1].map((id) => ({ id, title: String(id), weight: 255 }))
  return { ...lab, instances, cluster: { ...lab.cluster, reths: [reth], redundancyGroups: groups } }
}

type Story = {
  weightDuring?: number
  failures?: string[]
  rg0During?: 'primary' | 'secondary'
  requests?: number[]
  xdp?: 'none' | 'generic'
  macAfter?: string
  rg1After?: 'primary' | 'secondary'
  takeover?: boolean
}

function verdictsOf(story: Story) {
  const { weightDuring = 0, failures = ['IF'], rg0During = 'primary', rg1After = 'primary', takeover = true } = story
  const events: RunEvent[] = []
  const add = (atMs: number, body: EventBody) => events.push({ ...body, atMs, seq: events.length + 1 })
  const clock = { offsetMs: 0, errorMs: 1 }
  const clocks = { 'lab-host': clock, fw0: clock, fw1: clock, lan: clock }
  add(0, { kind: 'context', context: { softwareVersions: {}, toolVersions: {}, clocks, macs: {}, switches: [] } })
  add(1, {
    ...{ kind: 'command-started', commandId: 'c1', stepId: 'probes', stream: STREAM },
    command: { place: { host: 'lab-host' }, host: 'lab-host', argv: ['tcpdump'] },
  })
  const read = (label: 'before' | 'during' | 'restored', weight: number, states: ('primary' | 'secondary')[]) => {
    const groups = states.map((state, redundancyGroup) => {
      const row = { node: 'node0', priority: 200, state, stateText: state, preempt: true, manual: false }
      const monitorFailures = label === 'during' && redundancyGroup === 1 ? failures : []
      return { redundancyGroup, failoverCount: 0, nodes: [{ ...row, monitorFailures }] }
    })
    const status = { clusterId: 1, localNode: 'node0', softwareVersion: null, peerSoftwareVersion: null, unparsed: [] }
    add(label === 'before' ? 10 : T0 + 20_000, {
      ...{ kind: 'cluster-read', node: 'node0', label, interfaces: null },
      answer: { kind: 'status', status: { ...status, groups }, raw: '' },
      information: { weights: [{ node: 'node0', redundancyGroup: 1, weight, priority: null }], unparsed: [] },
    })
  }
  const readLink = (label: 'before' | 'restored', mac: string) =>
    add(label === 'before' ? 11 : T0 + 30_000, {
      ...{ kind: 'link-read', label, instance: 'fw0', linux: 'ge-0-0-1' },
      found: { mac, up: true, mtu: 1500, addresses: label === 'before' ? ['10.0.0.1/24'] : [] },
    })
  read('before', 255, ['primary', 'primary'])
  readLink('before', 'a')
  add(T0, {
    ...{
      kind: 'fault-injected',
      event: 'failover',
      title: 'x',
      mode: 'x',
      place: { host: 'lab-host' },
      commandId: 'c9',
    },
    ...{ t0: { fromMs: T0, toMs: T0 + 100 }, clock: 'lab-host', exitCode: 0, moves: [1] },
  })
  if (takeover)
    add(T0 + 700, {
      ...{ kind: 'state-change', node: 'node1', reading: 'node1', redundancyGroup: 1, from: 'secondary' },
      ...{ to: 'primary', interval: { fromMs: T0 + 500, toMs: T0 + 700 }, source: 'poll' },
    })
  read('during', weightDuring, [rg0During, 'secondary'])
  read('restored', 255, ['primary', rg1After])
  readLink('restored', story.macAfter ?? 'a')
  const rows = (story.requests ?? [T0 + 800]).map((ms): SampleRow => [2, ms, 1, 2, 7, 5, 1])
  const polls = Array.from({ length: 60 }, (_, i): SampleRow => [T0 + i * 200, T0 + i * 200 + 10, 0])
  const probe = Array.from({ length: 6000 }, (_, n): SampleRow => {
    const atMs = T0 - 15_000 + n * 5
    return atMs >= T0 && atMs < T0 + 750 ? [1, atMs + 5, n, null, null, null] : [0, atMs + 0.4, n, 0.4, 64, 64]
  })
  const streams = new Map([
    [STREAM, rows],
    ['poll:node1', polls],
    ['probe:wan', probe],
  ])
  const report = judge(tc07, { lab: labWithMembers(story.xdp ?? 'none'), params: {}, events, streams }, 'completed')
  return { report, of: Object.fromEntries(report.criteria.map(({ id, verdict }) => [id, verdict])) }
}

describe('a member that is lost', () => {
  it('takes its group along and leaves the others', () => {
    const { report, of } = verdictsOf({})
    expect(of).toEqual({
      ...{ weight: 'pass', 'group-primary': 'pass', 'failover-time': 'pass', path: 'pass' },
      'member-restored': 'pass',
    })
    expect(report.headline?.ms).toBeCloseTo(755, 0)
  })

  it.each<[string, Story, string]>([
    ['a weight that stays', { weightDuring: 255 }, 'weight'],
    ['a monitor failure that is not shown', { failures: [] }, 'weight'],
    ['a group that moves though it must not', { rg0During: 'secondary' }, 'group-primary'],
    ['a group that does not move', { takeover: false }, 'group-primary'],
    ['traffic that left by the backup before', { requests: [T0 - 500, T0 + 800] }, 'path'],
    ['traffic that does not leave by the backup', { requests: [] }, 'path'],
    ['another MAC afterwards', { macAfter: 'b' }, 'member-restored'],
    ['a group that does not come back', { rg1After: 'secondary' }, 'member-restored'],
  ])('%s fails', (_, story, id) => {
    expect(verdictsOf(story).of[id]).toBe('fail')
  })

  it('by XDP a packet may pass a capture unseen', () => {
    expect(verdictsOf({ requests: [], xdp: 'generic' }).of.path).toBe('inconclusive')
  })
})
