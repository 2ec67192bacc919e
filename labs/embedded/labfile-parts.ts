import type { z } from 'zod'
import type { LabSchema } from '@/server/domain/lab'
import type { SwitchName } from './world/options'
import { junosToLinux, lanPort, NODES, type NodeId, rethMac, wanPort } from './world/topology'

/** What the switches are called in the lab file. */
export const switchTitles: Record<SwitchName, string> = {
  'no-takeover': 'The backup never takes over',
  'slow-takeover': 'The backup takes over after 8 s',
  'no-garp': 'No gratuitous ARP after a promotion',
  'no-session-sync': 'Sessions are not synced',
  'no-snat': 'No source NAT',
  'no-preempt': 'No preemption',
  'dual-primary': 'Heartbeat cut: both nodes primary',
  duplicate: 'Some replies come twice',
  reordered: 'Some replies come out of order',
  late: 'Some replies come 2.5 s late',
  'host-unreachable': 'Host unreachable while nobody forwards',
  'cli-hangs': 'The cluster CLI hangs',
  'cli-garbage': 'The cluster CLI prints garbage',
  'ssh-drop': 'SSH connections drop 1 s after a fault',
  'sender-stall': 'The probing host freezes now and then',
}

type Nic = NonNullable<z.input<typeof LabSchema>['instances'][number]['interfaces']>[number]

const nic = (name: string, more: Omit<Nic, 'name' | 'linux'>): Nic => ({ name, linux: junosToLinux(name), ...more })

/** A node of the cluster with all of its interfaces, as the user's mapping has them. */
export function firewall(id: NodeId) {
  const mac = (n: string) => `00:16:3e:5a:${n}:0${id}`
  return {
    name: NODES[id].instance,
    role: 'firewall' as const,
    interfaces: [
      nic('fxp0', {
        kernel: 'enp5s0',
        device: 'eth0',
        network: 'incusbr0',
        mac: mac('10'),
        driver: 'virtio_net',
        xdp: 'none',
        addresses: [`10.10.10.1${id}/24`],
        role: 'management',
      }),
      nic('fxp1', {
        kernel: 'enp6s0',
        device: 'eth1',
        network: 'bpfrx-heartbeat',
        mac: mac('11'),
        driver: 'virtio_net',
        xdp: 'none',
        addresses: [`10.99.0.${id + 1}/30`],
        role: 'heartbeat',
      }),
      nic('fab0', {
        kernel: 'enp7s0',
        device: 'eth2',
        network: 'bpfrx-fabric',
        mac: mac('12'),
        driver: 'virtio_net',
        xdp: 'native',
        addresses: [`10.99.1.${id + 1}/30`],
        role: 'fabric',
      }),
      nic(lanPort(id), {
        kernel: 'enp8s0',
        device: 'eth3',
        network: 'bpfrx-clan',
        mac: rethMac(2, id),
        driver: 'virtio_net',
        xdp: 'native',
        reth: 'reth1',
        role: 'lan',
      }),
      nic(wanPort(id), {
        kernel: 'enp9s0f0',
        device: 'wan-vf',
        network: 'wan',
        mac: rethMac(1, id),
        driver: 'iavf',
        xdp: 'generic',
        pci: `0000:b7:06.${id}`,
        reth: 'reth0',
        vlan: 50,
        role: 'wan',
      }),
    ],
  }
}
