import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { needsAttention } from '../../domain/check'
import { hasCluster, type Instance, type Lab, type LabInterface } from '../../domain/lab'
import { parseLab } from '../../topology/load'
import { checkDeclared } from './declared'
import { foundOf, type Printed, printedIn, type Row } from './testing'

function labFrom(file: string): Lab {
  const text = readFileSync(file, 'utf8').replace('ssh-ed25519 HOST-KEY', 'SHA256:x')
  const loaded = parseLab(text, file)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors))
  if (!hasCluster(loaded.lab)) throw new Error(`${file} has no cluster`)
  return loaded.lab
}

const reference = labFrom('labs/reference.yaml')
const example = labFrom('labs/example.yaml')

const wrongIn = (lab: Lab, printed: Printed) =>
  checkDeclared(lab, foundOf(lab, printed)).findings.filter(needsAttention)
const ids = (lab: Lab, printed: Printed) => wrongIn(lab, printed).map(({ id }) => id)

/** A copy of a lab with some of its interfaces changed; `null` takes one out. */
function withInterfaces(lab: Lab, change: (one: LabInterface, of: Instance) => LabInterface | null): Lab {
  const instances = lab.instances.map((instance) => ({
    ...instance,
    interfaces: instance.interfaces.flatMap((one) => change(one, instance) ?? []),
  }))
  return { ...lab, instances }
}

const edit = (lab: Lab, instance: string, name: string, change: Partial<LabInterface> | null): Lab =>
  withInterfaces(lab, (one, of) => {
    if (of.name !== instance || one.name !== name) return one
    return change && { ...one, ...change }
  })

/** Two interfaces of one instance with each other's values of some keys, as somebody might have mixed them up. */
function swapped(lab: Lab, instance: string, first: string, second: string, keys: (keyof LabInterface)[]): Lab {
  const of = (name: string) =>
    lab.instances.find((one) => one.name === instance)?.interfaces.find((one) => one.name === name)
  const taken = (name: string) => Object.fromEntries(keys.map((key) => [key, of(name)?.[key]]))
  const changes: Record<string, object> = { [first]: taken(second), [second]: taken(first) }
  return withInterfaces(lab, (one, { name }) => (name === instance ? { ...one, ...changes[one.name] } : one))
}

const FW0 = ['interface/bpfrx-fw0/ge-0/0/0', 'interface/bpfrx-fw0/ge-0/0/1']

/** Takes a device out of an instance: out of its config, out of what is inside, and off its bridge. */
function detach(printed: Printed, instance: string, device: string, linux: string): Printed {
  const state = printed.list[instance] as Row & { devices: Row; expanded_devices: Row; state: { network: Row } }
  const { [device]: _own, ...devices } = state.devices
  const { [device]: _all, ...expanded } = state.expanded_devices
  const { [linux]: _inside, ...network } = state.state.network
  const links = printed.links[instance]?.filter(({ ifname }) => ifname !== linux) ?? []
  return {
    ...printed,
    list: { ...printed.list, [instance]: { ...state, devices, expanded_devices: expanded, state: { network } } },
    links: { ...printed.links, [instance]: links },
    hostLinks: printed.hostLinks.filter(({ ifname }) => ifname !== `${instance}:${linux}`),
  }
}

describe('declared against found', () => {
  const printed = printedIn(reference)

  it('finds nothing wrong in either lab when all is as declared, and looks at every interface', () => {
    for (const lab of [reference, example]) {
      const { findings, skipped } = checkDeclared(lab, foundOf(lab, printedIn(lab)))
      expect(findings.filter(needsAttention)).toEqual([])
      expect(skipped).toEqual([])
      const count = lab.instances.flatMap(({ interfaces }) => interfaces).length
      expect(findings.filter(({ id }) => id.startsWith('interface/'))).toHaveLength(count)
      expect(findings.filter(({ id }) => /^(node-id|reth)\//.test(id))).toHaveLength(4)
    }
  })

  it.each<[string, (keyof LabInterface)[], string[]]>([
    ['Linux names', ['linux'], ['Linux name']],
    ['devices', ['device'], ['device']],
    ['MACs', ['mac'], ['MAC']],
    ['networks', ['network'], ['network']],
    ['RETHs', ['reth'], ['RETH']],
    ['Junos names', ['name'], ['Junos name']],
    ['names and devices', ['linux', 'device'], ['Linux name', 'device']],
    ['names, devices and MACs', ['linux', 'device', 'mac'], ['Junos name', 'network', 'RETH']],
    ['everything but the name', ['linux', 'device', 'mac', 'network', 'reth', 'role'], ['Junos name']],
  ])('of two interfaces with swapped %s names just those two, with what differs', (_, keys, whats) => {
    const lab = swapped(reference, 'bpfrx-fw0', 'ge-0/0/0', 'ge-0/0/1', keys)
    const wrong = wrongIn(lab, printed)
    expect(wrong.map(({ id }) => id).sort()).toEqual(FW0)
    for (const finding of wrong) {
      expect(finding.differences.map(({ what }) => what)).toEqual(whats)
      expect(finding.hint).toMatch(/^It is the other way round with ge-0\/0\/[01]: the two are swapped/)
    }
  })

  it('says exactly what differs of a MAC that was changed in the lab file, and how the lab would be made so', () => {
    const lab = edit(reference, 'bpfrx-fw1', 'fab0', { mac: '02:BF:72:00:01:99' })
    expect(wrongIn(lab, printed)).toMatchObject([
      {
        ...{ id: 'interface/bpfrx-fw1/fab0', status: 'differs', place: { instance: 'bpfrx-fw1' } },
        ...{ expected: 'MAC 02:BF:72:00:01:99', found: 'MAC 02:bf:72:00:01:02' },
        differences: [
          {
            ...{ what: 'MAC', declared: '02:BF:72:00:01:99', found: '02:bf:72:00:01:02' },
            where: 'ip link in bpfrx-fw1',
          },
        ],
        mend: {
          host: 'incus-host',
          command: 'incus config device override bpfrx-fw1 eth2 hwaddr=02:BF:72:00:01:99',
        },
      },
    ])
  })

  it('says in one command line how the lab would be made as declared, of two that are swapped for both', () => {
    const commandsOf = (lab: Lab) => wrongIn(lab, printed).map(({ mend }) => mend?.command ?? null)
    const names = swapped(reference, 'bpfrx-fw0', 'ge-0/0/0', 'ge-0/0/1', ['linux'])
    expect(commandsOf(names)[0]?.split(' && ')).toEqual([
      'incus config device set bpfrx-fw0 eth3 name=swap0',
      'incus config device set bpfrx-fw0 wan-vf name=ge-0-0-0',
      'incus config device set bpfrx-fw0 eth3 name=ge-0-0-1',
    ])
    const macs = swapped(reference, 'bpfrx-fw0', 'fxp1', 'fab0', ['mac'])
    expect(commandsOf(macs)[0]?.split(' && ')).toEqual([
      'incus config device override bpfrx-fw0 eth1 hwaddr=02:00:00:00:00:01',
      'incus config device override bpfrx-fw0 eth2 hwaddr=02:bf:72:00:00:01',
      'incus config device set bpfrx-fw0 eth1 hwaddr=02:bf:72:00:00:02',
    ])
    const both = { mac: '02:bf:72:00:00:99', linux: 'fxp9', source: 'instance', profile: undefined } as const
    expect(commandsOf(edit(reference, 'bpfrx-fw0', 'fxp1', both))).toEqual([
      'incus config device override bpfrx-fw0 eth1 name=fxp9 && incus config device set bpfrx-fw0 eth1 hwaddr=02:bf:72:00:00:99',
    ])
    const anew = { device: 'lan0', mac: '02:bf:72:00:00:99' }
    expect(commandsOf(edit(reference, 'bpfrx-fw0', 'ge-0/0/0', anew))).toEqual([
      'incus config device remove bpfrx-fw0 eth3 && ' +
        'incus config device add bpfrx-fw0 lan0 nic network=bpfrx-clan name=ge-0-0-0 hwaddr=02:bf:72:00:00:99',
    ])
    const taken = swapped(reference, 'bpfrx-fw0', 'ge-0/0/0', 'ge-0/0/1', ['device'])
    expect(commandsOf(taken)).toEqual([null, null])
  })

  it('of a detached device says that, with the command that brings it back with name, MAC and link', () => {
    const gone = detach(printed, 'bpfrx-fw1', 'wan-vf', 'ge-7-0-1')
    expect(wrongIn(reference, gone)).toMatchObject([
      {
        ...{ id: 'interface/bpfrx-fw1/ge-7/0/1', status: 'missing', found: 'device not there' },
        mend: {
          command:
            'incus config device add bpfrx-fw1 wan-vf nic network=bpfrx-wan name=ge-7-0-1 hwaddr=02:bf:72:00:01:04 && ' +
            'incus exec bpfrx-fw1 -- ip link set ge-7-0-1 up',
        },
      },
    ])
  })

  it('knows a mask over a device of a profile, and takes it away', () => {
    const gone = detach(printed, 'bpfrx-fw1', 'eth1', 'fxp1')
    const state = gone.list['bpfrx-fw1'] as Row & { devices: Row; expanded_devices: Row }
    const mask = { eth1: { type: 'none' } }
    const masked = {
      ...state,
      ...{ devices: { ...state.devices, ...mask }, expanded_devices: { ...state.expanded_devices, ...mask } },
    }
    const [finding, ...others] = wrongIn(reference, { ...gone, list: { ...gone.list, 'bpfrx-fw1': masked } })
    expect(others).toEqual([])
    expect(finding?.id).toBe('interface/bpfrx-fw1/fxp1')
    expect(finding?.found).toContain('eth1 is masked')
    expect(finding?.mend?.command).toBe('incus config device remove bpfrx-fw1 eth1')
  })

  it('swapped, detached and changed at once: names exactly those', () => {
    const gone = detach(printed, 'bpfrx-fw1', 'wan-vf', 'ge-7-0-1')
    const swap = swapped(reference, 'bpfrx-fw0', 'ge-0/0/0', 'ge-0/0/1', ['linux', 'device'])
    const lab = edit(swap, 'bpfrx-fw0', 'fab0', { mac: '02:bf:72:00:00:99' })
    expect(ids(lab, gone).sort()).toEqual(['interface/bpfrx-fw0/fab0', ...FW0, 'interface/bpfrx-fw1/ge-7/0/1'])
  })

  it('a device that the lab file has and the lab has not, and the other way round', () => {
    const invented: LabInterface = { name: 'fab1', linux: 'fab1', device: 'eth9', addresses: [], role: 'other' }
    const instances = reference.instances.map((one) =>
      one.name === 'bpfrx-fw0' ? { ...one, interfaces: [...one.interfaces, invented] } : one,
    )
    expect(ids({ ...reference, instances }, printed)).toEqual(['interface/bpfrx-fw0/fab1'])
    const less = edit(reference, 'bpfrx-fw0', 'fab0', null)
    expect(wrongIn(less, printed)).toMatchObject([
      {
        ...{ id: 'interface/bpfrx-fw0/device/eth2', expected: 'in the lab file' },
        found: 'eth2 → fab0, bpfrx-fabric, 02:bf:72:00:00:02, not declared',
        mend: { command: 'incus config device add bpfrx-fw0 eth2 none' },
      },
    ])
    const silent = withInterfaces(less, (one) => ({ ...one, device: undefined }))
    expect(ids(silent, printed)).toEqual([])
  })

  it('compares nothing that is not declared', () => {
    const bare = withInterfaces(reference, ({ name, linux, role }) => ({ name, linux, role, addresses: [] }))
    const networks = reference.networks.map(({ bridge: _bridge, ...network }) => network)
    expect(ids({ ...bare, networks }, printedIn(reference))).toEqual([])
  })

  it('looks whether the port on the host really is on the bridge', () => {
    const hostLinks = printed.hostLinks.map((row) =>
      row.ifname === 'cluster-lan-host:eth0' ? { ...row, master: 'bpfrx-fabric' } : row,
    )
    const wrong = wrongIn(reference, { ...printed, hostLinks })
    expect(wrong).toMatchObject([
      {
        ...{ id: 'interface/cluster-lan-host/eth0', found: 'bridge bpfrx-fabric (cluster-lan-host:eth0)' },
        ...{ expected: 'bridge bpfrx-clan', mend: { command: 'ip link set cluster-lan-host:eth0 master bpfrx-clan' } },
      },
    ])
  })

  it('knows from which profile a device comes, and a profile from an instance', () => {
    const other = edit(reference, 'bpfrx-fw0', 'fxp1', { profile: 'bpfrx-other' })
    expect(wrongIn(other, printed)).toMatchObject([
      { id: 'interface/bpfrx-fw0/fxp1', found: 'source profile bpfrx-cluster', expected: 'source profile bpfrx-other' },
    ])
    const own = edit(reference, 'bpfrx-fw0', 'fxp1', { source: 'instance', profile: undefined })
    expect(wrongIn(own, printed)[0]).toMatchObject({
      mend: { command: 'incus config device override bpfrx-fw0 eth1' },
    })
  })

  it('holds the VF table against the lab file, and a VF against the NIC that it is', () => {
    const vfLab = withInterfaces(example, (one) => {
      return one.vf ? { ...one, mac: `02:00:00:00:00:0${one.vf.index}` } : one
    })
    const clean = printedIn(vfLab)
    expect(ids(vfLab, clean)).toEqual([])
    const table = (change: (row: Row) => Row) => ({
      ...clean,
      hostLinks: clean.hostLinks.map((row) =>
        row.vfinfo_list ? { ...row, vfinfo_list: (row.vfinfo_list as Row[]).map(change) } : row,
      ),
    })
    const checked = wrongIn(
      vfLab,
      table((row) => (row.vf === 1 ? { ...row, spoofchk: true } : row)),
    )
    expect(checked).toMatchObject([
      {
        ...{ id: 'vf/bpfrx-fw1/ge-7/0/1', found: 'spoof checking on', expected: 'spoof checking off' },
        mend: { host: 'incus-host', command: 'sudo ip link set eno6np1 vf 1 spoofchk off' },
      },
    ])
    const mixed = wrongIn(
      vfLab,
      table((row) => ({ ...row, address: `02:00:00:00:00:0${1 - Number(row.vf)}` })),
    )
    expect(mixed.map(({ id, found }) => [id, found])).toEqual([
      ['vf/bpfrx-fw0/ge-0/0/1', 'MAC of VF 0 02:00:00:00:00:01; VF 1 has 02:00:00:00:00:00'],
      ['vf/bpfrx-fw1/ge-7/0/1', 'MAC of VF 1 02:00:00:00:00:00; VF 0 has 02:00:00:00:00:01'],
    ])
    const none = wrongIn(vfLab, { ...clean, hostLinks: [] })
    expect(none.filter(({ id }) => id.startsWith('vf/'))).toMatchObject([{ status: 'missing' }, { status: 'missing' }])
  })

  it('knows node ids and members of RETHs', () => {
    expect(wrongIn(reference, { ...printed, nodeIds: { 'bpfrx-fw0': '0\n', 'bpfrx-fw1': '0\n' } })).toMatchObject([
      {
        ...{ id: 'node-id/node1', found: 'id 0', expected: 'id 1' },
        mend: { command: "incus exec bpfrx-fw1 -- sh -c 'echo 1 >/etc/bpfrx/node-id'" },
      },
    ])
    const reths = reference.cluster.reths.map((reth) =>
      reth.name === 'reth0' ? { ...reth, members: ['ge-0/0/1'] } : reth,
    )
    const lab = { ...reference, cluster: { ...reference.cluster, reths } }
    expect(wrongIn(lab, printed)).toMatchObject([
      { id: 'reth/reth0', expected: 'members ge-0/0/1', found: 'members ge-0/0/1, ge-7/0/1' },
    ])
    const moved = printed.configuration.replace(/(ge-7\/0\/1 \{[^}]*redundant-parent) reth0/, '$1 reth1')
    expect(ids(reference, { ...printed, configuration: moved })).toEqual(['interface/bpfrx-fw1/ge-7/0/1'])
  })

  it('says that it could not look where an answer cannot be read, once', () => {
    const found = foundOf(reference, printed)
    for (const text of [
      '',
      'Segmentation fault',
      '{"a":',
      `${JSON.stringify(printed.links['bpfrx-fw0']).slice(0, 90)}`,
    ]) {
      const instances = new Map(found.instances).set('bpfrx-fw0', new Map([['links', { exitCode: 0, text }]]))
      const { findings, skipped } = checkDeclared(reference, { ...found, instances })
      expect(findings.filter(needsAttention)).toMatchObject([{ id: 'links/bpfrx-fw0', status: 'unknown' }])
      expect(skipped).toMatchObject([{ place: { instance: 'bpfrx-fw0' }, what: 'interfaces' }])
    }
  })

  it('survives rows of any shape', () => {
    const odd = [null, 7, { ifname: 3 }, { ifname: 'x', address: 5, altnames: 'no', vfinfo_list: [{ vf: 'a' }, null] }]
    const found = foundOf(reference, {
      ...{ ...printed, hostLinks: odd as Row[] },
      links: { ...printed.links, 'bpfrx-fw0': odd as Row[] },
    })
    const { findings } = checkDeclared(reference, found)
    expect(findings.some(({ id }) => id === 'interface/bpfrx-fw0/fxp1')).toBe(true)
  })
})
