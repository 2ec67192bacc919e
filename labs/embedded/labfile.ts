import { stringify } from 'yaml'
import type { z } from 'zod'
import { type AnyLab, type Lab, LabSchema } from '@/server/domain/lab'
import { firewall, switchTexts } from './labfile-parts'
import type { WorldOptions } from './world/options'
import { SWITCHES } from './world/options'
import {
  CLUSTER_ID,
  HOST,
  INTERNET,
  LAN,
  LAN_HOST,
  LAN_VIP,
  NODES,
  RETHS,
  UNIT,
  WAN,
  WAN_GATEWAY,
} from './world/topology'

/** The lab file of an embedded lab: an ordinary one, its only tie to the app. */
export function labOf(
  ssh: { id: string; title: string; port: number; user: string; hostKey: string; keyFile: string },
  options: WorldOptions,
): Lab {
  const lab: z.input<typeof LabSchema> = {
    id: ssh.id,
    title: ssh.title,
    notes: 'A simulated cluster behind real SSH servers on this computer. Nothing outside of it is touched.',
    simulated: true,
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
        kernel: '6.1.0-18-amd64',
        bootOptions: ['intel_iommu=on', 'iommu=pt'],
        sysctls: { 'net.ipv4.ip_forward': 1 },
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
            source: 'profile',
            profile: 'bpfrx-host',
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
            source: 'profile',
            profile: 'bpfrx-wan-host',
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
      { name: 'incusbr0', bridge: 'incusbr0', role: 'management', subnet: '10.10.10.0/24' },
      { name: 'bpfrx-heartbeat', bridge: 'bpfrx-heartbeat', role: 'heartbeat', subnet: '10.99.0.0/30' },
      { name: 'bpfrx-fabric', bridge: 'bpfrx-fabric', role: 'fabric', subnet: '10.99.1.0/30' },
      { name: 'bpfrx-clan', bridge: 'bpfrx-clan', role: 'lan', subnet: '10.0.60.0/24' },
      { name: 'wan', role: 'wan', subnet: '172.16.50.0/24' },
    ],
    cluster: {
      id: CLUSTER_ID,
      unit: UNIT,
      cli: ['cli'],
      heartbeat: { intervalMs: options.heartbeatMs, threshold: options.threshold, port: 4784 },
      preempt: options.preempt,
      garpCount: options.garpCount,
      nodes: NODES.map((n) => ({ ...n, nodeIdFile: '/etc/bpfrx/node-id' })),
      redundancyGroups: [
        { id: 0, title: 'Control plane', weight: 255 },
        { id: 1, title: 'WAN (reth0)', weight: 255, movesWith: [2] },
        { id: 2, title: 'LAN (reth1)', weight: 255, movesWith: [1] },
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
      dhcp: { reth: 'reth1', from: '10.0.60.100', to: '10.0.60.199' },
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
    throughput: { from: { instance: LAN }, server: WAN_GATEWAY, port: 5203 },
    performance: { note: 'Traffic of this lab is simulated: its throughput says nothing about hardware.' },
    switches: SWITCHES.map((id) => ({
      id,
      ...switchTexts[id],
      at: { host: 'incus' },
      on: ['failover-lab-world', 'set', id, 'on'],
      off: ['failover-lab-world', 'set', id, 'off'],
      state: ['failover-lab-world', 'state', id],
    })),
  }
  return LabSchema.parse(lab)
}

/** The lab as YAML, with a head that says where it comes from. */
export const labYaml = (lab: AnyLab): string =>
  `# Written by labs/embedded; written again at each of its starts.\n${stringify(lab, { lineWidth: 120 })}`
