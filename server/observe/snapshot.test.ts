import { describe, expect, it } from 'vitest'
import { snapshotDifferences } from '../domain/snapshot'
import { answeredLab } from '../drivers/test-lab'
import { AppError } from '../errors'
import { failure } from '../transport/test-server'
import { instanceFacts, isLinkUp, parseLinks, taggedProcesses } from './instance-facts'
import { takeSnapshot } from './snapshot'
import { isVolatileConfig, isVolatileTag } from './volatile'

const SEPARATOR = '=== failover-lab ===\n'
const link = (more: object = {}) => ({
  ...{ ifindex: 7, ifname: 'ge-0-0-0', flags: ['BROADCAST', 'UP', 'LOWER_UP'], operstate: 'UP' },
  ...{ address: '02:bf:72:00:00:03', mtu: 1500, txqlen: 1000 },
  addr_info: [
    { family: 'inet', local: '10.0.60.1', prefixlen: 24, scope: 'global', valid_life_time: 42 },
    { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
  ],
  ...more,
})
const routes = [{ dst: 'default', gateway: '10.0.60.1', dev: 'ge-0-0-0', flags: [] }]

const inside = (links: object[] = [link()], processes = '', unit = 'active') =>
  [JSON.stringify(links), JSON.stringify(routes), processes].map((part) => `${part}\n${SEPARATOR}`).join('') +
  `${unit}\n`

describe('facts of an instance', () => {
  it('are those that a case may change', () => {
    expect(instanceFacts('fw0', inside(), 'bpfrxd')).toEqual({
      'fw0/link/ge-0-0-0/mac': '02:bf:72:00:00:03',
      'fw0/link/ge-0-0-0/state': 'up',
      'fw0/link/ge-0-0-0/mtu': '1500',
      'fw0/link/ge-0-0-0/addresses': '10.0.60.1/24',
      'fw0/routes': 'default via 10.0.60.1 dev ge-0-0-0',
      'fw0/processes': 'none',
      'fw0/unit/bpfrxd': 'active',
    })
  })

  it('are the same when only counters, indexes and lifetimes moved', () => {
    const later = inside([link({ ifindex: 9, txqlen: 1, stats64: { rx: { packets: 5 } } })])
    expect(snapshotDifferences(instanceFacts('a', inside(), null), instanceFacts('a', later, null))).toEqual([])
  })

  it('show a NIC that came back with another MAC and its link down', () => {
    const after = inside([link({ address: '00:16:3e:00:00:01', flags: ['UP'], operstate: 'DOWN' })])
    expect(snapshotDifferences(instanceFacts('a', inside(), null), instanceFacts('a', after, null))).toEqual([
      'a/link/ge-0-0-0/mac: 02:bf:72:00:00:03 -> 00:16:3e:00:00:01',
      'a/link/ge-0-0-0/state: up -> down',
    ])
  })

  it('that cannot be read are said to be so', () => {
    expect(instanceFacts('a', 'sh: ip: not found\n', null)).toMatchObject({ 'a/links': 'not readable' })
    expect(parseLinks('[{"ifname":"x"},{"bad":1},3]')).toHaveLength(1)
    expect(parseLinks('{')).toBeNull()
    expect(isLinkUp({ flags: [], operstate: 'UP' })).toBe(false)
  })

  it('name what was left running, and not what looks', () => {
    const line = (tag: string) => `42 timeout -s INT 9 env FAILOVER_LAB_RUN=${tag} ping 8.8.8.8\n`
    expect(
      taggedProcesses(line('r1/probe-wan') + line('r1/probe-wan') + line('observe/live') + line('r1/snapshot')),
    ).toBe('r1/probe-wan')
    expect([isVolatileTag('cleanup'), isVolatileTag('r1/lease'), isVolatileTag('r1/fault-x')]).toEqual([
      true,
      true,
      false,
    ])
    expect([isVolatileConfig('volatile.last_state.power'), isVolatileConfig('volatile.eth0.hwaddr')]).toEqual([
      true,
      false,
    ])
  })
})

const STATUS = `Cluster ID: 1
Node   Priority Status         Preempt  Manual   Monitor-failures

Redundancy group: 1 , Failover count: 3
node0  200      primary        yes      no       None
node1  100      secondary      yes      yes      IF
`
const instances = (status: string) =>
  JSON.stringify(
    ['fw0', 'fw1', 'lan'].map((name) => ({
      ...{ name, status, config: { 'volatile.uuid': String(Math.random()), 'limits.cpu': '2' } },
      expanded_devices: { eth0: { type: 'nic', network: 'br' } },
    })),
  )

describe('takeSnapshot', () => {
  const answer =
    (overrides: Record<string, object> = {}) =>
    (argv: string) => {
      const given = Object.entries(overrides).find(([piece]) => argv.includes(piece))
      if (given) return given[1]
      if (argv.includes('list --format json')) return { stdout: instances('Running') }
      if (argv.includes('ip -j address')) return { stdout: inside() }
      if (argv.includes('cluster status')) return { stdout: STATUS }
      if (argv.includes('show configuration')) return { stdout: `## Last changed: ${Math.random()}\nsystem { }\n` }
      if (argv.includes('owner.json')) return { stdout: 'now 100\nstate absent\n' }
      return { exitCode: 1 }
    }
  const take = (overrides?: Record<string, object>) =>
    takeSnapshot(answeredLab(answer(overrides)), { tag: 'r1/snapshot' })

  it('is the same twice, and says what each node says', async () => {
    const snapshot = await take()
    expect(snapshotDifferences(snapshot, await take())).toEqual([])
    expect(snapshot).toMatchObject({
      'cluster by node0/group 1/node1': 'secondary, priority 100, preempt yes, MANUAL FAILOVER, monitor failures IF',
      'fw0/device/eth0': 'network=br type=nic',
      'fw0/device/eth0/from': 'profile',
      'lab-host/lease': 'none',
      'fw0/configuration': expect.stringMatching(/^sha256 /),
    })
    expect(snapshot).not.toHaveProperty('lan/unit/bpfrxd')
  })

  it("leaves the run's own lease out and shows another's", async () => {
    const lease = (run: string) => ({
      'owner.json': {
        stdout: `now 1\nstate armed\nbeat 1\ndeadline 9\nowner.json {"runId":"${run}","owner":"o","armedMs":1}\n`,
      },
    })
    expect((await take(lease('r1')))['lab-host/lease']).toBe('none')
    expect((await take(lease('r2')))['lab-host/lease']).toBe('run r2')
  })

  it('takes a dead node and a stopped instance for facts, a lost host for an error', async () => {
    const dead = await take({
      'exec fw0 -- ip': { exitCode: 255, stderr: 'Error: Instance is not running' },
      'exec fw0 -- sh': { exitCode: 255, stderr: 'Error: Instance is not running' },
      'exec fw0 -- cli': { exitCode: 1, stderr: 'error: cannot connect' },
    })
    expect(dead).toMatchObject({
      'fw0/inside': 'not readable',
      'cluster by node0': 'no-answer',
      'fw0/configuration': 'not readable',
    })
    const lost = answeredLab(() => {
      throw new AppError('ssh-lost', 'gone')
    })
    expect((await failure(takeSnapshot(lost, { tag: 'r1/snapshot' }))).code).toBe('ssh-lost')
  })
})
