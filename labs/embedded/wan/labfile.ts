import type { z } from 'zod'
import { type WanLab, WanLabSchema } from '@/server/domain/lab'
import { switchTexts } from './labfile-switches'
import { WAN_SWITCHES, type WanOptions } from './options'
import { EDGE, EDGE_USER, EMULATOR, FAR_ADDRESS, GUESTS, HTTP_PORTS, LINKS, NICS, PVE, VMS } from './topology'

/** Name of the environment variable that holds the consoles' password. */
export const PASSWORD_ENV = 'EMBEDDED_WAN_PASSWORD'

type Ssh = { id: string; title: string; ports: { pve: number; edge: number }; hostKey: string; keyFile: string }

/** The lab file of an embedded WAN lab: an ordinary one, its only tie to the app. */
export function wanLabOf({ id, title, ports, hostKey, keyFile }: Ssh, options: WanOptions): WanLab {
  const ssh = { host: '127.0.0.1', keyFile, hostKey }
  const lab: z.input<typeof WanLabSchema> = {
    ...{ id, title, simulated: true, allowDestructive: true },
    notes:
      'A simulated PVE host, WANulators and router behind real SSH servers on this computer. Nothing outside of it is touched.',
    hosts: [
      { id: PVE, title: 'PVE host', port: ports.pve, user: 'root', ...ssh },
      { id: EDGE, title: 'Edge node', port: ports.edge, user: EDGE_USER, ...ssh },
    ],
    targets: [
      {
        id: 'far-side',
        title: 'Far side',
        address: FAR_ADDRESS,
        from: { host: EDGE },
        intervalMs: 100,
      },
    ],
    wan: {
      pve: { host: PVE, command: ['qm'] },
      nics: NICS.map(({ name, bridge, plugged }) => ({ name, bridge, plugged })),
      wanulators: VMS.map(({ vm, title: name, nics }) => ({
        ...{ vm, title: name },
        nics: GUESTS.map((guest) => ({ guest, nic: nics[guest] })),
      })),
      console: { user: 'root', passwordEnv: PASSWORD_ENV, emulator: EMULATOR },
      router: {
        title: 'Simulated SD-WAN router',
        ports: [...LINKS]
          .sort((a, b) => (a.port < b.port ? -1 : 1))
          .map((link) => ({ id: link.port, title: link.title })),
        sla: {
          ...{ latencyMs: options.slaLatencyMs, jitterMs: options.slaJitterMs, lossPercent: options.slaLossPercent },
          ...{ recomputeS: options.recomputeMs / 1000, policy: 'the first in priority that keeps the SLA' },
        },
      },
      isps: LINKS.map(({ id: isp, title: name, kind, priority }) => ({ id: isp, title: name, kind, priority })),
      edgeNodes: [{ host: EDGE, title: 'Edge node' }],
      requests: { host: EDGE, urls: HTTP_PORTS.map((port) => `http://${FAR_ADDRESS}:${port}`) },
    },
    switches: WAN_SWITCHES.map((name) => ({
      ...{ id: name, at: { host: PVE }, ...switchTexts[name] },
      on: ['failover-lab-world', 'set', name, 'on'],
      off: ['failover-lab-world', 'set', name, 'off'],
      state: ['failover-lab-world', 'state', name],
    })),
  }
  return WanLabSchema.parse(lab)
}
