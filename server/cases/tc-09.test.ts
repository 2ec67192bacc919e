import { describe, expect, it } from 'vitest'
import type { EventBody, RunEvent } from '../domain/event'
import { LabSchema } from '../domain/lab'
import type { RunContext } from '../domain/run'
import { testLab } from '../drivers/test-lab'
import { blockedBecause } from './define'
import { judge } from './judge'
import { tc09 } from './tc-09'

const MACS = { fw0: '02:bf:72:01:02:00', fw1: '02:bf:72:01:02:01' }
const member = (name: string) => ({ name, linux: name.replaceAll('/', '-'), role: 'lan', reth: 'reth1' })
const base = testLab()
const lab = LabSchema.parse({
  ...base,
  instances: [
    { name: 'fw0', role: 'firewall', interfaces: [member('ge-0/0/0')] },
    { name: 'fw1', role: 'firewall', interfaces: [member('ge-7/0/0')] },
    { name: 'lan', role: 'lan-host', interfaces: [{ name: 'eth0', linux: 'eth0', role: 'lan' }] },
  ],
  cluster: {
    ...base.cluster,
    reths: [{ name: 'reth1', redundancyGroup: 1, zone: 'lan', vip: '10.0.60.1/24', members: ['ge-0/0/0', 'ge-7/0/0'] }],
    dhcp: { reth: 'reth1', from: '10.0.60.100', to: '10.0.60.199' },
  },
})

const row = (node: string, state: 'primary' | 'secondary') => ({
  ...{ node, state, stateText: state, priority: 100, preempt: true, manual: false, monitorFailures: [] },
})
const read = (node: string, primary: string): EventBody => ({
  ...{ kind: 'cluster-read', node, interfaces: null, information: null },
  answer: {
    kind: 'status',
    raw: '',
    status: {
      ...{ clusterId: 1, localNode: node, softwareVersion: null, peerSoftwareVersion: null, unparsed: [] },
      groups: [
        {
          ...{ redundancyGroup: 1, failoverCount: 0 },
          nodes: ['node0', 'node1'].map((name) => row(name, name === primary ? 'primary' : 'secondary')),
        },
      ],
    },
  },
})
const context = (macs: Record<string, string>): EventBody => {
  const known: RunContext = { softwareVersions: {}, toolVersions: {}, clocks: {}, switches: [], macs }
  return { kind: 'context', context: known }
}
const network = (label: 'before' | 'after', more: object = {}): EventBody => ({
  ...{ kind: 'host-network', label, instance: 'lan', addresses: ['eth0 10.0.60.102/24'] },
  ...{ routes: ['default via 10.0.60.1 dev eth0'], resolver: 'nameserver 8.8.8.8', ...more },
})
const reply = (instance: string, mac: string, sentOnly = instance !== 'lan'): EventBody => ({
  ...{ kind: 'dhcp-packet', instance, interface: 'x', sentOnly, message: 'reply', stampMs: 1, mac },
})
const asked = (more: object = {}): EventBody => ({
  ...{ kind: 'dhcp-asked', instance: 'lan', interface: 'eth0', outcome: 'lease', watchedMs: 3, said: 'bound' },
  lease: { address: '10.0.60.150', routers: ['10.0.60.1'], server: '10.0.60.1', leaseS: 3600 },
  ...more,
})
const OWN = { 'fw0/ge-0-0-0': MACS.fw0, 'fw1/ge-7-0-0': MACS.fw1 }
const SHARED = { 'fw0/ge-0-0-0': MACS.fw0, 'fw1/ge-7-0-0': MACS.fw0 }

const good = {
  context: context(OWN),
  before: network('before'),
  replies: [reply('lan', MACS.fw0), reply('fw0', MACS.fw0)],
  reads: [read('node0', 'node0'), read('node1', 'node0')],
  asked: [asked()],
  after: [network('after')],
}

function verdicts(change: Partial<typeof good> = {}) {
  const { context: known, before, replies, reads, asked: answers, after } = { ...good, ...change }
  const bodies = [known, before, ...replies, ...reads, ...answers, ...after]
  const events = bodies.map((body, i) => ({ ...body, seq: i + 1, atMs: i })) as RunEvent[]
  const report = judge(tc09, { lab, params: {}, events, streams: new Map() }, 'completed')
  return Object.fromEntries(report.criteria.map(({ id, verdict }) => [id, verdict]))
}

const ALL = { lease: 'pass', 'served-by': 'pass', gateway: 'pass', 'host-unchanged': 'pass' }

describe('TC-9', () => {
  it('passes when the primary gives an address of the range with the VIP as its gateway', () => {
    expect(verdicts()).toEqual(ALL)
  })

  it('fails on an address outside, another gateway, another node', () => {
    const lease = { address: '10.0.60.200', routers: ['10.0.60.2'], server: null, leaseS: null }
    expect(verdicts({ asked: [asked({ lease })] })).toEqual({ ...ALL, lease: 'fail', gateway: 'fail' })
    expect(verdicts({ replies: [reply('lan', MACS.fw1)] })).toEqual({ ...ALL, 'served-by': 'fail' })
    expect(verdicts({ replies: [reply('lan', MACS.fw0), reply('lan', MACS.fw1)] })['served-by']).toBe('fail')
    expect(verdicts({ reads: [read('node0', 'node1'), read('node1', 'node1')] })['served-by']).toBe('fail')
  })

  it('fails on silence that was watched long enough, and says nothing of the rest', () => {
    const none = { outcome: 'no-answer', lease: null, said: 'No DHCPOFFERS received.' }
    const unknown = { 'served-by': 'inconclusive', gateway: 'inconclusive' }
    expect(verdicts({ asked: [asked({ ...none, watchedMs: 11_500 })] })).toEqual({ ...ALL, ...unknown, lease: 'fail' })
    expect(verdicts({ asked: [asked({ ...none, watchedMs: 9000 })] }).lease).toBe('inconclusive')
    expect(verdicts({ asked: [asked({ ...none, outcome: 'unreadable' })] }).lease).toBe('inconclusive')
    expect(verdicts({ asked: [] })).toEqual({ ...ALL, ...unknown, lease: 'inconclusive' })
  })

  it('tells who served by what a node sent where both use one MAC; contradictions and strangers say nothing', () => {
    const shared = { context: context(SHARED) }
    expect(verdicts(shared)['served-by']).toBe('pass')
    expect(verdicts({ ...shared, replies: [reply('lan', MACS.fw0), reply('fw1', MACS.fw0)] })['served-by']).toBe('fail')
    expect(verdicts({ ...shared, replies: [reply('lan', MACS.fw0)] })['served-by']).toBe('inconclusive')
    expect(verdicts({ replies: [reply('lan', MACS.fw0), reply('fw1', MACS.fw1)] })['served-by']).toBe('inconclusive')
    expect(verdicts({ replies: [reply('lan', '02:00:00:00:00:09')] })['served-by']).toBe('inconclusive')
    expect(verdicts({ replies: [] })['served-by']).toBe('inconclusive')
    expect(verdicts({ reads: [] })['served-by']).toBe('inconclusive')
  })

  it('holds the host against what it had before', () => {
    const changed = { addresses: ['eth0 10.0.60.102/24', 'eth0 10.0.60.150/24'] }
    expect(verdicts({ after: [network('after', changed)] })['host-unchanged']).toBe('fail')
    expect(verdicts({ after: [network('after', { resolver: null })] })['host-unchanged']).toBe('inconclusive')
    expect(verdicts({ after: [] })['host-unchanged']).toBe('inconclusive')
  })

  it('is blocked where the lab file says nothing of DHCP', () => {
    expect(blockedBecause(tc09, lab)).toBeNull()
    expect(blockedBecause(tc09, base)).toContain('cluster.dhcp')
  })
})
