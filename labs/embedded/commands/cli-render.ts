import type { ClusterNode } from '../world/cluster-types'
import { CLUSTER_ID, GROUPS, type GroupId, INTERNET, lanPort, RETHS, VERSION, wanPort } from '../world/topology'
import type { World } from '../world/world'

const DASHES = '-'.repeat(74)
const LEGEND = `Monitor Failure codes:
    CS  Cold Sync monitoring        FL  Fabric Connection monitoring
    IF  Interface monitoring        IP  IP monitoring
    CF  Config Sync monitoring
`

/** The other node, as this one sees it: null once it is held for lost. */
const peerSeen = (world: World, node: ClusterNode): ClusterNode | null =>
  node.hearsPeer ? world.cluster.peerOf(node) : null

/** What this node last heard of a node's state: a dead one looks as before until it is held for lost. */
function stateOf(world: World, node: ClusterNode, of: ClusterNode, group: GroupId): string {
  if (of.alive || of === node) return of.states[group]
  return node.states[group] === 'primary' ? 'secondary' : world.lastStates[of.id][group]
}

export function status(world: World, node: ClusterNode): string {
  const peer = peerSeen(world, node)
  let text = `${LEGEND}\nCluster ID: ${CLUSTER_ID}\nNode name: ${node.name}\n\nSoftware version: ${VERSION}\nHA protocol version: 1\n`
  text += `Peer software version: ${peer ? VERSION : 'unknown'}\nPeer HA protocol version: ${peer ? 1 : 'unknown'}\n`
  text += '\nNode   Priority Status         Preempt  Manual   Monitor-failures\n'
  for (const group of GROUPS) {
    text += `\nRedundancy group: ${group} , Failover count: ${world.cluster.failovers[group]}\n`
    for (const each of peer ? [node, peer] : [node]) {
      const own = each === node
      const failures = own && group !== 0 && each.failedLinks.size > 0 ? 'IF' : 'None'
      const preempt = world.options.preempt && !world.switches.has('no-preempt') ? 'yes' : 'no'
      const manual = world.cluster.manual[group] ? 'yes' : 'no'
      text += `${each.name.padEnd(6)} ${String(each.priority).padEnd(8)} ${stateOf(world, node, each, group).padEnd(14)} ${preempt.padEnd(8)} ${manual.padEnd(8)} ${failures}\n`
      if (own)
        text += `  Takeover ready: ${failures === 'None' ? 'yes' : 'no (interface down)'}\n  Transfer ready: ${peer ? 'yes' : 'no (peer lost)'}\n`
    }
  }
  return text
}

export function interfaces(world: World, node: ClusterNode): string {
  const peer = peerSeen(world, node)
  const link = peer ? 'Up' : 'Down'
  const nodes = peer ? [node, peer].sort((a, b) => a.id - b.id) : [node]
  let text = `Control link status: ${link}\n\nControl interfaces:\n    Index   Interface   Monitored-Status   Internal-SA   Security\n    0       fxp1        ${link.padEnd(18)} Disabled      Disabled\n`
  text += `\nFabric link status: ${link}\n\nFabric interfaces:\n    Name    Child-interface    Status                    Security\n                               (Physical/Monitored)\n`
  for (const each of nodes) text += `    fab${each.id}    fab0               Up   / ${link.padEnd(19)}Disabled\n`
  text += '\nRedundant-ethernet Information:\n    Name         Status      Redundancy-group\n'
  for (const reth of RETHS) {
    const up = nodes.some((n) => n.alive && n.failedLinks.size === 0)
    text += `    ${reth.name.padEnd(12)} ${(up ? 'Up' : 'Down').padEnd(11)} ${reth.group}\n`
  }
  text +=
    '\nRedundant-pseudo-interface Information:\n    Name         Status      Redundancy-group\n    lo0          Up          0\n'
  text +=
    '\nInterface Monitoring:\n    Interface         Weight    Status                    Redundancy-group\n                                (Physical/Monitored)\n'
  for (const each of nodes) {
    for (const [port, group] of [
      [wanPort(each.id), 1],
      [lanPort(each.id), 2],
    ] as const) {
      const up = each.failedLinks.has(port.replaceAll('/', '-')) ? 'Down' : 'Up'
      text += `    ${port.padEnd(17)} 255       ${`${up}  /  ${up}`.padEnd(25)} ${group}\n`
    }
  }
  return text
}

const time = (ms: number): string => {
  const d = new Date(ms)
  const month = d.toLocaleString('en', { month: 'short', timeZone: 'UTC' })
  return `${month} ${String(d.getUTCDate()).padStart(2)} ${d.toISOString().slice(11, 19)}`
}

export function information(world: World, node: ClusterNode): string {
  const peer = peerSeen(world, node)
  const nodes = (peer?.alive ? [node, peer] : [node]).sort((a, b) => a.id - b.id)
  return nodes
    .map((each) => {
      const offset = world.machine(each.instance).clockOffsetMs
      let text = `${each.name}:\n${DASHES}\nRedundancy Group Information:\n`
      for (const group of GROUPS) {
        text += `\n    Redundancy Group ${group} , Current State: ${each.states[group]}, Weight: ${world.cluster.weight(each, group)}\n\n        Time            From           To             Reason\n`
        for (const line of each.history[group].slice(-5))
          text += `        ${time(line.atMs + offset)} ${line.from.padEnd(14)} ${line.to.padEnd(14)} ${line.reason}\n`
      }
      return `${text}\nChassis cluster LED information:\n    Current LED color: ${each.failedLinks.size > 0 ? 'Amber' : 'Green'}\n    Last LED change reason: ${each.failedLinks.size > 0 ? 'Monitored objects are down' : 'No failures'}\n`
    })
    .join('\n')
}

export function sessions(world: World, node: ClusterNode, filters: { prefix: string | null }): string {
  const peer = peerSeen(world, node)
  const nodes = (peer?.alive ? [node, peer] : [node]).sort((a, b) => a.id - b.id)
  return nodes
    .map((each) => {
      const list = world.sessions
        .list(each.id)
        .filter((s) => filters.prefix === null || inPrefix(s.flow.destination, filters.prefix))
      let text = `${each.name}:\n${DASHES}\n`
      for (const s of list) {
        const { flow } = s
        const state = flow.protocol === 'tcp' ? 'Established' : 'Active'
        text += `Session ID: ${s.id}, Policy: allow-all, State: ${state}, HA State: ${s.active ? 'Active' : 'Backup'}, Timeout: ${s.timeoutS}\n`
        text += `  In: ${flow.source}:${flow.sourcePort} --> ${flow.destination}:${flow.destinationPort};${flow.protocol}, Zone: lan -> wan\n`
        if (s.nat) text += `  NAT: src ${flow.source}:${flow.sourcePort} -> ${s.nat.address}:${s.nat.port}\n`
        text += `  Packets: ${s.packets}, Bytes: ${Math.round(s.bytes)}\n`
      }
      return `${text}Total sessions: ${list.length}\n`
    })
    .join('\n')
}

const number = (ip: string): number => ip.split('.').reduce((n, part) => n * 256 + Number(part), 0)

function inPrefix(address: string, prefix: string): boolean {
  const [network = '', bits = '32'] = prefix.split('/')
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(address) / size) === Math.floor(number(network) / size)
}

export const version = (node: ClusterNode): string =>
  `Hostname: ${node.instance}\nModel: bpfrx\nbpfrx ${VERSION}\nSoftware version: ${VERSION}\nKernel: 6.1.0-18-amd64\n`

/** One configuration for both nodes, synced unexpanded from the primary. */
export function configuration(): string {
  const members = RETHS.flatMap((r) =>
    r.members.map((m) => `    ${m} { gigether-options { redundant-parent ${r.name}; } }\n`),
  )
  const reths = RETHS.map(
    (r) =>
      `    ${r.name} { redundant-ether-options { redundancy-group ${r.group}; } unit 0 { family inet { address ${r.vip}/${r.prefix}; } } }\n`,
  )
  return `## Last commit: 2026-11-20 09:00:00 UTC by root
version ${VERSION};
groups {
    node0 { system { host-name bpfrx-fw0; } }
    node1 { system { host-name bpfrx-fw1; } }
}
apply-groups "\${node}";
chassis { cluster { cluster-id ${CLUSTER_ID}; reth-count 2; gratuitous-arp-count 8; } }
interfaces {
${members.join('')}${reths.join('')}}
security { policies { default-policy { permit-all; } } }
`
}

/** 40 lines of what a broken terminal might leave behind. */
export function garbage(world: World): string {
  const random = () => String.fromCharCode(world.random.integer(33, 126))
  const lines = Array.from({ length: 40 }, () => Array.from({ length: world.random.integer(0, 70) }, random).join(''))
  return `Cluster ID: \u001b[2J<script>alert(1)</script>\nRedundancy group: x , Failover count: ${INTERNET}\n${lines.join('\n')}\n`
}
