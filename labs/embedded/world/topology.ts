import type { Machine, MachineKind, NetDevice } from '../machine/machine'

/** Everything that stands in the user's plan: addresses, names, MACs. */
export const UNIT = 'bpfrxd'
export const VERSION = '0.4.2'
export const CLUSTER_ID = 1
export const LAN_VIP = '10.0.60.1'
export const WAN_VIP = '172.16.50.6'
export const LAN_HOST = '10.0.60.102'
export const WAN_GATEWAY = '172.16.50.1'
export const INTERNET = '8.8.8.8'
export const HOST = 'incus-host'
export const LAN = 'cluster-lan-host'
export const WAN = 'wan-host'

export type NodeId = 0 | 1
export const NODES = [
  { id: 0 as NodeId, name: 'node0', instance: 'bpfrx-fw0', priority: 200 },
  { id: 1 as NodeId, name: 'node1', instance: 'bpfrx-fw1', priority: 100 },
] as const

/** Redundancy group of each RETH, and the group that carries the control plane. */
export const GROUPS = [0, 1, 2] as const
export type GroupId = (typeof GROUPS)[number]

export const RETHS = [
  { name: 'reth0', group: 1 as GroupId, vip: WAN_VIP, prefix: 24, members: ['ge-0/0/1', 'ge-7/0/1'] as const },
  { name: 'reth1', group: 2 as GroupId, vip: LAN_VIP, prefix: 24, members: ['ge-0/0/0', 'ge-7/0/0'] as const },
] as const

/** A RETH has one virtual MAC per node, so the wire shows who answers. */
export const rethMac = (group: GroupId, node: NodeId): string => `02:bf:72:01:0${group}:0${node}`

/** The MAC of a node's WAN VF. */
export const wanMac = (node: NodeId): string => `3c:ec:ef:44:b7:0${node}`

export const junosToLinux = (name: string): string => name.replaceAll('/', '-')
/** Slot 0 is node 0, slot 7 is node 1. */
export const lanPort = (node: NodeId): string => (node === 0 ? 'ge-0/0/0' : 'ge-7/0/0')
export const wanPort = (node: NodeId): string => (node === 0 ? 'ge-0/0/1' : 'ge-7/0/1')

const loopback: NetDevice = { name: 'lo', mac: '00:00:00:00:00:00', up: true, mtu: 65536, addresses: ['127.0.0.1/8'] }

const nic = (name: string, mac: string, addresses: string[], extra: Partial<NetDevice> = {}): NetDevice => ({
  name,
  mac,
  up: true,
  mtu: 1500,
  addresses,
  // A device that is passed through, such as a VF, has none kept for it.
  ...(extra.device && extra.device !== 'wan-vf' ? { keptMac: mac } : {}),
  ...extra,
})

/** The network devices of a machine, as they are after boot. */
export function devicesOf(machine: Pick<Machine, 'name' | 'kind'>): NetDevice[] {
  const node = NODES.find((n) => n.instance === machine.name)
  if (node) {
    const n = node.id
    return [
      loopback,
      nic('fxp0', `00:16:3e:5a:10:0${n}`, [`10.10.10.1${n}/24`], { device: 'eth0', kernel: 'enp5s0' }),
      nic('fxp1', `00:16:3e:5a:11:0${n}`, [`10.99.0.${n + 1}/30`], { device: 'eth1', kernel: 'enp6s0' }),
      nic('fab0', `00:16:3e:5a:12:0${n}`, [`10.99.1.${n + 1}/30`], { device: 'eth2', kernel: 'enp7s0' }),
      nic(junosToLinux(lanPort(n)), `00:16:3e:5a:13:0${n}`, [], { device: 'eth3', kernel: 'enp8s0' }),
      nic(junosToLinux(wanPort(n)), wanMac(n), [], { device: 'wan-vf', kernel: 'enp9s0f0' }),
    ].map((d) => ({ ...d, addresses: [...d.addresses] }))
  }
  const kinds: Partial<Record<MachineKind, NetDevice[]>> = {
    'lan-host': [nic('eth0', '00:16:3e:5a:60:66', [`${LAN_HOST}/24`], { device: 'eth0' })],
    'wan-host': [nic('eth0', '3c:ec:ef:44:50:01', [`${WAN_GATEWAY}/24`, `${INTERNET}/32`], { device: 'eth0' })],
    host: [
      nic('eno1', '3c:ec:ef:40:10:01', ['10.10.0.5/24']),
      nic('eno6np1', '3c:ec:ef:44:b7:ff', []),
      nic('incusbr0', '00:16:3e:00:00:01', ['10.10.10.254/24']),
      nic('bpfrx-heartbeat', '00:16:3e:00:00:02', []),
      nic('bpfrx-fabric', '00:16:3e:00:00:03', []),
      nic('bpfrx-clan', '00:16:3e:00:00:04', []),
    ],
  }
  return [loopback, ...(kinds[machine.kind] ?? [])].map((d) => ({
    ...d,
    addresses: [...d.addresses],
  }))
}
