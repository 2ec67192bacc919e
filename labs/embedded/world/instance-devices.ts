import { NODES, WAN } from './topology'

export type Devices = Record<string, Record<string, string>>

const base: Devices = { root: { path: '/', pool: 'default', type: 'disk' } }

/** The profiles of the container tool by name, with their devices. */
export const PROFILES: Record<string, Devices> = {
  default: base,
  'bpfrx-fw': {
    eth0: { name: 'enp5s0', network: 'incusbr0', type: 'nic' },
    eth1: { name: 'enp6s0', network: 'bpfrx-heartbeat', type: 'nic' },
    eth2: { name: 'enp7s0', network: 'bpfrx-fabric', type: 'nic' },
    eth3: { name: 'enp8s0', network: 'bpfrx-clan', type: 'nic' },
  },
  'bpfrx-host': { eth0: { name: 'eth0', network: 'bpfrx-clan', type: 'nic' } },
  'bpfrx-wan-host': { eth0: { name: 'eth0', nictype: 'physical', parent: 'eno6np1.50', type: 'nic' } },
}

/** The profiles of an instance, in the order in which they are applied. */
export function profilesOf(name: string): string[] {
  if (NODES.some((n) => n.instance === name)) return ['default', 'bpfrx-fw']
  return ['default', name === WAN ? 'bpfrx-wan-host' : 'bpfrx-host']
}

/** Devices that come from the profiles of an instance. */
export const profileDevices = (name: string): Devices =>
  Object.assign({}, ...profilesOf(name).map((profile) => PROFILES[profile]))

/** Devices that stand in the instance's own config. */
export function ownDevices(name: string): Devices {
  const node = NODES.find((n) => n.instance === name)
  return node ? { 'wan-vf': { address: `0000:b7:06.${node.id}`, type: 'pci' } } : {}
}
