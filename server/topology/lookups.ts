import type { Instance, Lab, LabInterface, Reth, Target } from '../domain/lab'

type ClusterNode = Lab['cluster']['nodes'][number]

/** The node called "node0"; undefined when the lab has none such. */
export const nodeByName = (lab: Lab, name: string): ClusterNode | undefined =>
  lab.cluster.nodes.find((node) => node.name === name)

/** The node that an instance runs. */
export const nodeOfInstance = (lab: Lab, instance: string): ClusterNode | undefined =>
  lab.cluster.nodes.find((node) => node.instance === instance)

export const instanceByName = (lab: Lab, name: string): Instance | undefined =>
  lab.instances.find((instance) => instance.name === name)

/** The instance that a node runs in. */
export const instanceOfNode = (lab: Lab, name: string): Instance | undefined => {
  const node = nodeByName(lab, name)
  return node && instanceByName(lab, node.instance)
}

/** The node with the highest priority: primary when both are healthy. */
export const preferredNode = (lab: Lab): ClusterNode | undefined =>
  lab.cluster.nodes.toSorted((a, b) => b.priority - a.priority)[0]

/** The other node. */
export const peerOf = (lab: Lab, name: string): ClusterNode | undefined =>
  lab.cluster.nodes.find((node) => node.name !== name)

/** Targets whose probes cross the cluster: only they can give a Failover Time. */
export const crossingTargets = (lab: Lab): Target[] => lab.targets.filter(({ crossesCluster }) => crossesCluster)

export const targetById = (lab: Lab, id: string): Target | undefined => lab.targets.find((target) => target.id === id)

/** Address of a RETH's VIP, without its prefix length. */
export const vipOf = (reth: Pick<Reth, 'vip'>): string => reth.vip.replace(/\/\d+$/, '')

export const rethByName = (lab: Lab, name: string): Reth | undefined =>
  lab.cluster.reths.find((reth) => reth.name === name)

export type RethMember = { node: ClusterNode; interface: LabInterface }

/** The interfaces of both nodes that a RETH is made of. */
export function rethMembers(lab: Lab, reth: Reth): RethMember[] {
  return lab.cluster.nodes.flatMap((node) => {
    const interfaces = instanceByName(lab, node.instance)?.interfaces ?? []
    return interfaces.filter(({ name }) => reth.members.includes(name)).map((entry) => ({ node, interface: entry }))
  })
}

export type PathHop = { title: string; address: string | null }

const withRole = (lab: Lab, role: LabInterface['role']): Reth | undefined =>
  lab.cluster.reths.find((reth) => rethMembers(lab, reth).some((member) => member.interface.role === role))

/** The way of a LAN host's packets: LAN host, LAN RETH, WAN RETH, gateway. */
export function trafficPath(lab: Lab): PathHop[] {
  const lanHost = lab.instances.find(({ role }) => role === 'lan-host')
  const lan = withRole(lab, 'lan')
  const wan = withRole(lab, 'wan')
  const lanAddress = lanHost?.interfaces.find(({ role }) => role === 'lan')?.addresses[0] ?? null
  return [
    ...(lanHost ? [{ title: lanHost.name, address: lanAddress }] : []),
    ...[lan, wan].flatMap((reth) => (reth ? [{ title: reth.name, address: reth.vip }] : [])),
    ...(wan?.gateway ? [{ title: 'gateway', address: wan.gateway }] : []),
  ]
}
