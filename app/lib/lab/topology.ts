import type { Instance, LabInterface } from '@/server/domain/lab'
import type { PublicLab } from '@/server/domain/views'

/** Something that both nodes are tied to: a RETH, the heartbeat, the fabric. */
export type Tie = {
  id: string
  title: string
  lines: string[]
  role: LabInterface['role']
  redundancyGroup: number | null
  /** Ports of it, as "instance/linux". */
  ports: string[]
}

export type Segment = { side: 'wan' | 'lan'; title: string; lines: string[]; hosts: Instance[] }

/** From the outside in, so that no two lines cross: WAN, heartbeat, fabric, LAN, the rest. */
const ORDER: LabInterface['role'][] = ['wan', 'heartbeat', 'fabric', 'lan', 'management', 'other']
const byRole = <T extends { role: LabInterface['role'] }>(a: T, b: T) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role)

export const portId = (instance: string, linux: string): string => `${instance}/${linux}`

export const firewalls = (lab: PublicLab): { node: PublicLab['cluster']['nodes'][number]; instance: Instance }[] =>
  lab.cluster.nodes.map((node) => ({
    node,
    instance: lab.instances.find((i) => i.name === node.instance) ?? {
      name: node.instance,
      role: 'firewall',
      interfaces: [],
    },
  }))

export const sorted = (instance: Instance): LabInterface[] => [...instance.interfaces].sort(byRole)

/** What stands between the nodes, in the order of the interfaces that lead to it. */
export function ties(lab: PublicLab): Tie[] {
  const nodes = firewalls(lab).map((f) => f.instance)
  const ports = (wanted: (i: LabInterface) => boolean) =>
    nodes.flatMap((n) => n.interfaces.filter(wanted).map((i) => portId(n.name, i.linux)))
  const roleOf = (reth: string) => nodes.flatMap((n) => n.interfaces).find((i) => i.reth === reth)?.role ?? 'other'
  const reths = lab.cluster.reths.map(
    (reth): Tie => ({
      id: reth.name,
      title: reth.name,
      lines: [reth.vip, `zone ${reth.zone}${reth.vlan ? `, VLAN ${reth.vlan}` : ''}`],
      role: roleOf(reth.name),
      redundancyGroup: reth.redundancyGroup,
      ports: ports((i) => i.reth === reth.name || reth.members.includes(i.name)),
    }),
  )
  const links = (['heartbeat', 'fabric'] as const).flatMap((role): Tie[] => {
    const found = ports((i) => i.role === role)
    const network = lab.networks.find((n) => n.role === role)
    if (found.length === 0) return []
    const lines = [network?.name, network?.subnet].filter((line) => line !== undefined)
    return [{ id: role, title: role, lines, role, redundancyGroup: null, ports: found }]
  })
  return [...reths, ...links].sort(byRole)
}

/** The segment that a RETH leads to; null for what stays between the nodes. */
export const sideOf = (tie: Tie): 'wan' | 'lan' | null => (tie.role === 'wan' || tie.role === 'lan' ? tie.role : null)

/** The network on one side of the cluster and who is on it. */
export function segment(lab: PublicLab, side: 'wan' | 'lan'): Segment {
  const networks = lab.networks.filter((n) => n.role === side)
  const reths = lab.cluster.reths.filter((r) => ties(lab).find((t) => t.id === r.name)?.role === side)
  const gateways = reths.flatMap((r) => (r.gateway ? [`gateway ${r.gateway}`] : []))
  return {
    side,
    title: side === 'wan' ? 'WAN' : 'LAN',
    lines: [...networks.map((n) => [n.name, n.subnet].filter(Boolean).join(' ')), ...gateways],
    hosts: lab.instances.filter((i) => i.role === `${side}-host`),
  }
}

/** "enp9s0f0 → ge-0-0-1": what the kernel called it, and what it was renamed to. */
export const naming = (i: LabInterface): string =>
  i.kernel && i.kernel !== i.linux ? `${i.kernel} → ${i.linux}` : i.linux

/** Driver, XDP mode, VLAN, RETH, PCI: as far as the file says. */
export const traits = (i: LabInterface): string =>
  [
    i.driver,
    i.xdp ? `XDP ${i.xdp}` : null,
    i.reth,
    i.vlan ? `VLAN ${i.vlan}` : null,
    i.pci ? `VF ${i.pci}` : null,
    i.network && !i.reth ? i.network : null,
  ]
    .filter(Boolean)
    .join(' · ')
