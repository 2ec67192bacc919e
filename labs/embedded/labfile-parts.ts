import type { z } from 'zod'
import type { LabSchema } from '@/server/domain/lab'
import { PF } from './world/host-links'
import type { SwitchName } from './world/options'
import { junosToLinux, lanPort, NODES, type NodeId, rethMac, wanPort } from './world/topology'

/** What the switches are called in the lab file, and what one sees of them. */
export const switchTexts: Record<SwitchName, { title: string; expect: string }> = {
  'no-takeover': {
    title: 'The backup never takes over',
    expect: 'TC-3 fails: the backup does not become primary, and traffic does not come back before the repair.',
  },
  'slow-takeover': {
    title: 'The backup takes over after 8 s',
    expect: 'TC-3 fails: takeover and Failover Time are above their limits of 5 s. Sessions go on.',
  },
  'no-garp': {
    title: 'No gratuitous ARP after a promotion',
    expect: 'TC-3 fails: nobody announces the VIPs, and traffic comes back only when the neighbours look again.',
  },
  'no-session-sync': {
    title: 'Sessions are not synced',
    expect: 'TC-3 fails: no session is on the backup, so none survives, neither there nor on the way back.',
  },
  'no-snat': {
    title: 'No source NAT',
    expect: 'Sessions cross the firewall untranslated; the provider of this lab routes the LAN all the same.',
  },
  'no-preempt': {
    title: 'No preemption',
    expect: 'After a failure the old primary stays secondary; the restore has to move it back by hand.',
  },
  'dual-primary': {
    title: 'Heartbeat cut: both nodes primary',
    expect:
      'TC-1 fails: each node holds itself for primary, the heartbeat is down. Other cases stop in their preflight.',
  },
  'no-config-sync': {
    title: 'The configuration is not synced',
    expect: 'TC-5 fails: what is committed on the primary does not come to the other node.',
  },
  'writable-secondary': {
    title: 'The secondary takes changes',
    expect: 'TC-5 fails: the secondary lets itself be configured, and then differs from the primary.',
  },
  'no-dhcp': {
    title: 'The DHCP server does not answer',
    expect: 'TC-9 fails: a host on the LAN gets no lease. Nothing else changes.',
  },
  'rate-limit': {
    title: 'No more than 100 Mbit/s through the cluster',
    expect: 'TC-8 fails: the throughput is below its limit. The traffic of the other cases is far below it.',
  },
  'no-split-guard': {
    title: 'node1 ignores the fabric when the heartbeat is cut',
    expect: 'TC-10 fails: there are two primaries for as long as the heartbeat is cut. Nothing until then.',
  },
  duplicate: {
    title: 'Some replies come twice',
    expect: 'One reply in a hundred comes twice; no verdict changes.',
  },
  reordered: {
    title: 'Some replies come out of order',
    expect: 'One reply in a hundred overtakes or is overtaken; no verdict changes.',
  },
  late: {
    title: 'Some replies come 2.5 s late',
    expect: 'One reply in two hundred is later than the threshold of 2 s and counts as lost; the error grows.',
  },
  'host-unreachable': {
    title: 'Host unreachable while nobody forwards',
    expect: 'ICMP errors come in place of silence; they are no answers, and no verdict changes.',
  },
  'cli-hangs': {
    title: 'The cluster CLI hangs',
    expect: 'No node can be asked: every case stops in its preflight and is inconclusive.',
  },
  'cli-garbage': {
    title: 'The cluster CLI prints garbage',
    expect: 'No answer can be read: every case stops in its preflight and is inconclusive.',
  },
  'ssh-drop': {
    title: 'SSH connections drop 1.9 s after a fault',
    expect: 'The probes of TC-3 are cut off in the middle of the outage: the run is inconclusive, the lab is restored.',
  },
  'sender-stall': {
    title: 'The probing host freezes now and then',
    expect:
      'Every 6 s a ping sends nothing for 1.5 s. Where that may hide or lengthen the outage, TC-3 is inconclusive.',
  },
}

type Nic = NonNullable<z.input<typeof LabSchema>['instances'][number]['interfaces']>[number]

const nic = (name: string, more: Omit<Nic, 'name' | 'linux'>): Nic => ({ name, linux: junosToLinux(name), ...more })

const ofProfile = { source: 'profile', profile: 'bpfrx-fw' } as const

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
        ...ofProfile,
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
        ...ofProfile,
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
        ...ofProfile,
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
        ...ofProfile,
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
        source: 'instance',
        vf: { pf: PF, index: id, spoofCheck: false, linkState: 'auto' },
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
