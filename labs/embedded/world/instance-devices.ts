import { LAN, NODES } from './topology'

export type Devices = Record<string, Record<string, string>>

const base: Devices = { root: { path: '/', pool: 'default', type: 'disk' } }

/** Devices that come from the profile of a kind of instance. */
export function profileDevices(name: string): Devices {
  if (NODES.some((n) => n.instance === name)) {
    return {
      ...base,
      eth0: { name: 'enp5s0', network: 'incusbr0', type: 'nic' },
      eth1: { name: 'enp6s0', network: 'bpfrx-heartbeat', type: 'nic' },
      eth2: { name: 'enp7s0', network: 'bpfrx-fabric', type: 'nic' },
      eth3: { name: 'enp8s0', network: 'bpfrx-clan', type: 'nic' },
    }
  }
  if (name === LAN) return { ...base, eth0: { name: 'eth0', network: 'bpfrx-clan', type: 'nic' } }
  return { ...base, eth0: { name: 'eth0', nictype: 'physical', parent: 'eno6np1.50', type: 'nic' } }
}

/** Devices that stand in the instance's own config. */
export function ownDevices(name: string): Devices {
  const node = NODES.find((n) => n.instance === name)
  return node ? { 'wan-vf': { address: `0000:b7:06.${node.id}`, type: 'pci' } } : {}
}
