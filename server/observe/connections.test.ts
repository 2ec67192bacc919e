import { describe, expect, it } from 'vitest'
import type { Connection, DevicePresent } from '../domain/case'
import { answeredLab, testLab } from '../drivers/test-lab'
import { findConnection } from './connections'

const lab = testLab()
const declared: DevicePresent = {
  kind: 'device-present',
  ...{ instance: 'fw0', device: 'wan', settings: { type: 'nic' }, keptMac: null, linux: 'ge-0-0-1' },
  ...{ otherNames: ['enp9s0'], mac: '', mtu: 1500, up: true, addresses: [] },
}
const link = {
  ...{ ifname: 'ge-0-0-1', flags: ['UP', 'LOWER_UP'], address: '02:bf:72:00:00:04', mtu: 9000, altnames: ['enp9s0f0'] },
  addr_info: [
    { local: '172.16.50.6', prefixlen: 24, scope: 'global' },
    { local: '192.0.2.1', prefixlen: 30, scope: 'global' },
  ],
}
const PF = [
  {
    ifname: 'eno6',
    flags: ['UP'],
    vfinfo_list: [
      { vf: 0, link_state: 'auto' },
      { vf: 1, link_state: 'disable' },
    ],
  },
]

type Devices = Record<string, Record<string, string>>

const find = (connection: Connection, own: Devices, all: Devices, links: object[] = [link]) => {
  const reths = [
    { name: 'reth0', redundancyGroup: 1, zone: 'wan', vip: '172.16.50.6/24', members: ['x'], garpObserver: null },
  ]
  const withReth = { ...lab, cluster: { ...lab.cluster, reths } }
  const instance = { name: 'fw0', status: 'Running', devices: own, expanded_devices: all }
  const config = { 'volatile.wan.hwaddr': '02:bf:72:00:00:04' }
  const access = answeredLab((argv) => {
    if (argv.includes('list --format json')) return { stdout: JSON.stringify([{ ...instance, config }]) }
    if (argv.includes('link show')) return { stdout: JSON.stringify(PF) }
    return argv.includes('exec fw0') ? { stdout: JSON.stringify(links) } : { exitCode: 1 }
  }, withReth)
  return findConnection(access, connection, { tag: 'r1/preflight' })
}

describe('a device', () => {
  it('is taken as it is found: own settings, MAC, MTU, own addresses without the VIP', async () => {
    const own = { wan: { type: 'nic', network: 'br' } }
    const { found, check } = await find(declared, own, own)
    expect(check).toMatchObject({ ok: true, found: expect.stringContaining('its own, network=br type=nic') })
    expect(found).toMatchObject({
      ...{ settings: own.wan, keptMac: '02:bf:72:00:00:04', mac: '02:bf:72:00:00:04', mtu: 9000, up: true },
      ...{ addresses: ['192.0.2.1/30'], otherNames: ['enp9s0', 'enp9s0f0'] },
    })
  })

  it('of a profile has no settings of its own', async () => {
    expect((await find(declared, {}, { wan: { type: 'nic' } })).found).toMatchObject({ settings: null })
  })

  it.each([
    ['has no device wan', {}, [link]],
    ['has no device wan', { wan: { type: 'none' } }, [link]],
    ['has no link ge-0-0-1', { wan: { type: 'nic' } }, []],
    ['cannot be put back while the instance runs', { wan: { type: 'nic', nictype: 'sriov' } }, [link]],
  ])('is refused with a hint: %s', async (reason, devices, links) => {
    const { found, check } = await find(declared, devices as Devices, devices as Devices, links)
    expect(found).toBeNull()
    expect(check).toMatchObject({ ok: false, found: expect.stringContaining(reason), hint: expect.any(String) })
  })
})

describe('a virtual function', () => {
  const vf = (pf: string | null, id: number | null): Connection => ({
    ...{ kind: 'vf-link', host: 'lab-host', pf, vf: id, state: 'enable' },
  })

  it('goes back to the state that it had', async () => {
    expect((await find(vf('eno6', 0), {}, {})).found).toMatchObject({ state: 'auto' })
  })

  it.each([
    [null, null],
    ['eno6', 1],
    ['eno6', 7],
    ['eno7', 0],
  ])('that is not named, or not up, is refused: %s %s', async (pf, id) => {
    expect((await find(vf(pf, id), {}, {})).check).toMatchObject({ ok: false, hint: expect.any(String) })
  })
})

it('a bridge must be there and up', async () => {
  const bridge = (name: string): Connection => ({ kind: 'link-up', host: 'lab-host', link: name })
  expect((await find(bridge('eno6'), {}, {})).check.ok).toBe(true)
  expect((await find(bridge('br'), {}, {})).check.ok).toBe(false)
})
