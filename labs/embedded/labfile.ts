import { stringify } from 'yaml'
import type { z } from 'zod'
import { type Lab, LabSchema } from '@/server/domain/lab'
import type { WorldOptions } from './world/options'
import { SWITCHES, type SwitchName } from './world/options'
import {
  CLUSTER_ID,
  HOST,
  INTERNET,
  junosToLinux,
  LAN,
  LAN_HOST,
  LAN_VIP,
  lanPort,
  NODES,
  type NodeId,
  RETHS,
  rethMac,
  UNIT,
  WAN,
  WAN_GATEWAY,
  wanPort,
} from './world/topology'

const titles: Record<SwitchName, string> = {
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

function firewall(id: NodeId) {
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

/** The lab file of an embedded lab: an ordinary one, its only tie to the app. */
export function labOf(
  ssh: { id: string; title: string; port: number; user: string; hostKey: string; keyFile: string },
  options: WorldOptions,
): Lab {
  const lab: z.input<typeof LabSchema> = {
    id: ssh.id,
    title: ssh.title,
    notes: 'A simulated cluster behind real SSH servers on this computer. Nothing outside of it is touched.',
    allowDestructive: true,
    hosts: [
      {
        id: 'incus',
        title: HOST,
        host: '127.0.0.1',
        port: ssh.port,
        user: ssh.user,
        keyFile: ssh.keyFile,
        hostKey: ssh.hostKey,
      },
    ],
    containers: { host: 'incus', command: ['incus'] },
    instances: [
      firewall(0),
      firewall(1),
      {
        name: LAN,
        role: 'lan-host',
        interfaces: [
          {
            name: 'eth0',
            linux: 'eth0',
            device: 'eth0',
            network: 'bpfrx-clan',
            mac: '00:16:3e:5a:60:66',
            driver: 'virtio_net',
            addresses: [`${LAN_HOST}/24`],
            role: 'lan',
          },
        ],
      },
      {
        name: WAN,
        role: 'wan-host',
        interfaces: [
          {
            name: 'eth0',
            linux: 'eth0',
            device: 'eth0',
            network: 'wan',
            mac: '3c:ec:ef:44:50:01',
            vlan: 50,
            addresses: [`${WAN_GATEWAY}/24`, `${INTERNET}/32`],
            role: 'wan',
          },
        ],
      },
    ],
    networks: [
      { name: 'incusbr0', role: 'management', subnet: '10.10.10.0/24' },
      { name: 'bpfrx-heartbeat', role: 'heartbeat', subnet: '10.99.0.0/30' },
      { name: 'bpfrx-fabric', role: 'fabric', subnet: '10.99.1.0/30' },
      { name: 'bpfrx-clan', role: 'lan', subnet: '10.0.60.0/24' },
      { name: 'wan', role: 'wan', subnet: '172.16.50.0/24' },
    ],
    cluster: {
      id: CLUSTER_ID,
      unit: UNIT,
      cli: ['cli'],
      heartbeat: { intervalMs: options.heartbeatMs, threshold: options.threshold, port: 4784 },
      preempt: options.preempt,
      garpCount: options.garpCount,
      nodes: NODES.map((n) => ({ ...n })),
      redundancyGroups: [
        { id: 0, title: 'Control plane', weight: 255 },
        { id: 1, title: 'WAN (reth0)', weight: 255 },
        { id: 2, title: 'LAN (reth1)', weight: 255 },
      ],
      reths: RETHS.map((r) => ({
        name: r.name,
        redundancyGroup: r.group,
        zone: r.vip === LAN_VIP ? 'lan' : 'wan',
        vip: `${r.vip}/${r.prefix}`,
        members: [...r.members],
        ...(r.vip === LAN_VIP ? {} : { vlan: 50, gateway: WAN_GATEWAY }),
        garpObserver: { at: { instance: r.vip === LAN_VIP ? LAN : WAN }, interface: 'eth0' },
      })),
    },
    targets: [
      {
        id: 'internet',
        title: 'Internet',
        address: INTERNET,
        from: { instance: LAN },
        crossesCluster: true,
        intervalMs: 5,
        captureAt: { at: { instance: WAN }, interface: 'eth0' },
      },
      {
        id: 'gateway',
        title: 'WAN gateway',
        address: WAN_GATEWAY,
        from: { instance: LAN },
        crossesCluster: true,
        intervalMs: 5,
      },
      { id: 'vip', title: 'LAN VIP', address: LAN_VIP, from: { instance: LAN }, crossesCluster: false, intervalMs: 5 },
    ],
    traffic: [
      {
        id: 'upload',
        title: 'Upload',
        from: { instance: LAN },
        server: WAN_GATEWAY,
        port: 5201,
        direction: 'upload',
        parallel: 4,
        bitPerS: 5e6,
      },
      {
        id: 'download',
        title: 'Download',
        from: { instance: LAN },
        server: WAN_GATEWAY,
        port: 5202,
        direction: 'download',
        parallel: 4,
        bitPerS: 5e6,
      },
    ],
    switches: SWITCHES.map((id) => ({
      id,
      title: titles[id],
      at: { host: 'incus' },
      on: ['failover-lab-world', 'set', id, 'on'],
      off: ['failover-lab-world', 'set', id, 'off'],
    })),
  }
  return LabSchema.parse(lab)
}

/** The lab as YAML, with a head that says where it comes from. */
export const labYaml = (lab: Lab): string =>
  `# Written by labs/embedded; written again at each of its starts.\n${stringify(lab, { lineWidth: 120 })}`
