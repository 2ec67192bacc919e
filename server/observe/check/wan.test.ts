import { describe, expect, it } from 'vitest'
import { type Finding, needsAttention } from '../../domain/check'
import { type WanLab, WanLabSchema } from '../../domain/lab'
import { parseVmConfig, type VmRow } from '../../drivers/pve/qm'
import { exampleWanLab } from '../../drivers/pve/test-wan'
import type { Link } from '../instance-facts'
import type { PveFound } from './wan-facts'
import { nicFindings } from './wan-nics'
import { vmFindings, vmOfPort } from './wan-vms'

const lab: WanLab = WanLabSchema.parse(exampleWanLab())
const bridgeOf = (nic: string) => `vmbr${lab.wan.nics.findIndex(({ name }) => name === nic) + 1}`
const link = (ifname: string, master: string | null, isUp: boolean, isSet = true): Link => ({
  ...{ ifname, master, operstate: isUp ? 'UP' : 'DOWN', address: '', mtu: 1500, altnames: [], addr_info: [] },
  flags: [isSet ? 'UP' : '', isUp ? 'LOWER_UP' : ''].filter(Boolean),
})

/** What a PVE host says that is as the lab file has it, but for VM 100, which is off. */
function found(): PveFound & { vms: VmRow[]; links: Link[] } {
  const vms = lab.wan.wanulators.map(({ vm }) => ({
    ...{ vm, name: `wanulator-${vm}`, status: vm === 100 ? 'stopped' : 'running', pid: vm },
  }))
  const nics = lab.wan.nics.map(({ name, plugged }) => link(name, bridgeOf(name), plugged !== null))
  const taps = lab.wan.wanulators
    .filter(({ vm }) => vm !== 100)
    .flatMap(({ vm, nics: of }) => of.map(({ nic }, index) => link(`tap${vm}i${index}`, bridgeOf(nic), true)))
  const configs = lab.wan.wanulators.map(({ vm, nics: of }) => {
    const nets = of.map(({ nic }, index) => `net${index}: virtio=BC:24:11:00:00:0${index},bridge=${bridgeOf(nic)}`)
    return [vm, parseVmConfig(`name: x\n${nets.join('\n')}\nserial0: socket\n`)] as const
  })
  return { vms, configs: new Map(configs), links: [...nics, ...taps] }
}

const wrongIn = (given: PveFound, of: WanLab = lab): Finding[] =>
  [...vmFindings(of, given), ...nicFindings(of, given)].filter(needsAttention)
const idsIn = (given: PveFound, of: WanLab = lab): string[] => wrongIn(given, of).map(({ id }) => id)

/** The lab file, written otherwise. */
const declared = (edit: (wan: WanLab['wan']) => void): WanLab => {
  const copy = structuredClone(lab)
  edit(copy.wan)
  return copy
}
const vmIn = (wan: WanLab['wan'], vm: number) => {
  const of = wan.wanulators.find((one) => one.vm === vm)
  if (!of) throw new Error(`no ${vm}`)
  return of
}

describe('a WAN held against its lab file', () => {
  it('is clean where all is as declared, whichever VM is off that no link leads through', () => {
    expect(wrongIn(found())).toEqual([])
  })

  it('names the two WANulators whose NICs are swapped, with the commands that swap them', () => {
    const swapped = declared((wan) => {
      const [a, b] = [vmIn(wan, 102), vmIn(wan, 103)]
      ;[a.nics, b.nics] = [b.nics, a.nics]
    })
    const wrong = wrongIn(found(), swapped)
    expect(wrong.map(({ id, status }) => [id, status])).toEqual([
      ['vm/102', 'differs'],
      ['vm/103', 'differs'],
    ])
    expect(wrong[1]?.differences).toEqual([
      {
        ...{ what: 'bridge of ens18', declared: 'vmbr5 (enp2s0f0)', found: 'vmbr7 (enp2s0f2)' },
        where: 'net0 in qm config 103',
      },
      {
        ...{ what: 'bridge of ens19', declared: 'vmbr6 (enp2s0f1)', found: 'vmbr8 (enp2s0f3)' },
        where: 'net1 in qm config 103',
      },
    ])
    expect(wrong[1]?.mend).toEqual({
      host: 'pve',
      command:
        'qm set 103 --net0 virtio=BC:24:11:00:00:00,bridge=vmbr5 && qm set 103 --net1 virtio=BC:24:11:00:00:01,bridge=vmbr6',
    })
  })

  it('names a wrong VM id, and the one that its NICs are bridged with', () => {
    const wrong = wrongIn(
      found(),
      declared((wan) => {
        vmIn(wan, 103).vm = 113
      }),
    )
    expect(wrong.map(({ id, status }) => [id, status])).toEqual([['vm/113', 'missing']])
    expect(wrong[0]?.hint).toContain('VM 103 (wanulator-103)')
  })

  it('names an unplugged NIC that is declared plugged, and a plugged one that is declared unplugged', () => {
    const without = found()
    without.links = without.links.map((one) => (one.ifname === 'enp2s0f3' ? link('enp2s0f3', one.master, false) : one))
    const [nic, ...others] = wrongIn(without)
    expect(others).toEqual([])
    expect(nic).toMatchObject({ id: 'nic/enp2s0f3', mend: null, hint: expect.stringContaining('cable') })
    expect(nic?.differences).toMatchObject([{ what: 'link', declared: 'up, to Starlink-1', found: 'down: no carrier' }])
    const plugged = found()
    plugged.links = plugged.links.map((one) => (one.ifname === 'enp1s0f0' ? link('enp1s0f0', one.master, true) : one))
    expect(idsIn(plugged)).toEqual(['nic/enp1s0f0'])
  })

  it('says how a NIC that was set down comes up', () => {
    const given = found()
    given.links = given.links.map((one) =>
      one.ifname === 'enp2s0f3' ? link('enp2s0f3', one.master, false, false) : one,
    )
    expect(wrongIn(given)).toMatchObject([
      { id: 'nic/enp2s0f3', mend: { host: 'pve', command: 'ip link set dev enp2s0f3 up' } },
    ])
  })

  it('names what is on a bridge besides its NIC and one VM', () => {
    const given = found()
    given.links = [...given.links, link('eno1', 'vmbr7', true)]
    expect(wrongIn(given)).toMatchObject([
      {
        ...{ id: 'nic/enp2s0f2', mend: { command: 'ip link set dev eno1 nomaster' } },
        differences: [{ what: 'other ports of vmbr7', found: 'tap103i0, eno1' }],
      },
    ])
    const alone = found()
    alone.links = alone.links.filter(({ ifname }) => ifname !== 'tap103i0')
    expect(wrongIn(alone)).toMatchObject([
      { id: 'nic/enp2s0f2', mend: { command: 'ip link set dev tap103i0 master vmbr7' } },
    ])
  })

  it('holds bridges, MACs, cables and consoles against what is declared', () => {
    const written = declared((wan) => {
      for (const nic of wan.nics) nic.bridge = bridgeOf(nic.name)
      vmIn(wan, 103).nics[0].mac = 'BC:24:11:00:00:00'
      vmIn(wan, 102).nics[0].mac = 'BC:24:11:00:00:07'
    })
    const given = found()
    given.links = given.links.map((one) => (one.ifname === 'enp1s0f3' ? { ...one, master: null } : one))
    const text = 'name: x\nnet0: virtio=BC:24:11:00:00:00,bridge=vmbr7,link_down=1\nnet1: virtio=X,bridge=vmbr8\n'
    const configs = new Map(given.configs).set(103, parseVmConfig(text))
    expect(wrongIn({ ...given, configs }, written)).toMatchObject([
      { id: 'vm/102', differences: [{ what: 'MAC of ens18' }], mend: null },
      {
        id: 'vm/103',
        differences: [{ what: 'cable of ens18' }, { what: 'serial console', found: 'none' }],
        mend: {
          command: 'qm set 103 --net0 virtio=BC:24:11:00:00:00,bridge=vmbr7,link_down=0 && qm set 103 --serial0 socket',
        },
        hint: expect.stringContaining('stopped and started'),
      },
      {
        id: 'nic/enp1s0f3',
        differences: [{ what: 'bridge', declared: 'vmbr4', found: 'none' }],
        mend: { command: 'ip link set dev enp1s0f3 master vmbr4' },
      },
    ])
  })

  it('names a VLAN tag, and a further device on a bridge of the lab; one elsewhere is let be', () => {
    const nets = 'net0: virtio=X,bridge=vmbr7,tag=50,firewall=1\nnet1: virtio=Y,bridge=vmbr8\n'
    const further = 'net2: virtio=Z,bridge=vmbr4\nnet3: virtio=W,bridge=vmbr0\n'
    const given = found()
    const configs = new Map(given.configs).set(103, parseVmConfig(`${nets}${further}serial0: socket\n`))
    expect(wrongIn({ ...given, configs })).toMatchObject([
      {
        id: 'vm/103',
        differences: [
          { what: 'VLAN of ens18', declared: 'none', found: 'tag 50' },
          { what: 'further device net2', declared: 'none', found: 'on vmbr4 (enp1s0f3)' },
        ],
        mend: { command: 'qm set 103 --net0 virtio=X,bridge=vmbr7,firewall=1 && qm set 103 --delete net2' },
      },
    ])
  })

  it('knows the ports of VMs, also behind the firewall of PVE', () => {
    expect(['tap103i0', 'fwpr103p1', 'eno1', 'veth103i0'].map(vmOfPort)).toEqual([103, 103, null, null])
  })
})
