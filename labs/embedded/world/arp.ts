import { scheduler } from '../core/scheduler'
import type { Machine } from '../machine/machine'
import type { ClusterNode } from './cluster-types'
import { gratuitousArp, type Packet } from './packets'
import { type GroupId, junosToLinux, LAN, LAN_VIP, RETHS, rethMac, WAN } from './topology'
import type { World } from './world'

const BROADCAST = 'ff:ff:ff:ff:ff:ff'

type Reth = (typeof RETHS)[number]

/** Linux name of a node's member of a RETH. */
export const memberOf = (node: Pick<ClusterNode, 'id'>, reth: Reth): string => junosToLinux(reth.members[node.id] ?? '')

/** A node has the address of a RETH on a member that carries: it answers for it. */
const holds = (world: World, node: ClusterNode, reth: Reth): boolean =>
  node.alive && node.states[reth.group] === 'primary' && world.links.isUp(node.id, memberOf(node, reth))

/** An answer to "who has": from which MAC and how long after the question. */
export type ArpAnswer = { mac: string; afterMs: number }

/** Asks everybody for an address at an instant, and shows question and answers to whoever captures. */
export function askWhoHas(world: World, asker: Machine, device: string, address: string, atMs: number): ArpAnswer[] {
  const nic = asker.devices.find(({ name }) => name === device)
  const reth = RETHS.find(({ vip }) => vip === address)
  const source = nic?.addresses[0]?.split('/')[0] ?? '0.0.0.0'
  const mac = nic?.mac ?? ''
  const question: Packet = {
    ...{ atMs, kind: 'arp', operation: 'request', length: 28, targetMacInside: BROADCAST },
    ...{ senderIp: source, targetIp: address, sourceMac: mac, targetMac: BROADCAST, direction: 'out' },
  }
  world.taps.emit(asker.name, device, question)
  if (!reth) return []
  return world.cluster.nodes.flatMap((node) => {
    const member = memberOf(node, reth)
    const afterMs = 0.2 + 0.3 * world.random.next()
    if (!world.links.isUp(node.id, member)) return []
    world.taps.emit(node.instance, member, { ...question, atMs: atMs + afterMs / 2, direction: 'in' })
    if (!holds(world, node, reth)) return []
    const own = rethMac(reth.group, node.id)
    const answer: Packet = {
      ...{ atMs, kind: 'arp', operation: 'reply', length: 28, targetMacInside: null },
      ...{ senderIp: address, targetIp: source, sourceMac: own, targetMac: mac },
    }
    world.taps.emit(node.instance, member, { ...answer, atMs: atMs + afterMs / 2 + 0.02, direction: 'out' })
    world.taps.emit(asker.name, device, { ...answer, atMs: atMs + afterMs, direction: 'in' })
    return [{ mac: own, afterMs }]
  })
}

/** A new primary tells the neighbours where the addresses of its groups are. */
export function announce(world: World, node: ClusterNode, groups: GroupId[], atMs: number): void {
  const { garpCount } = world.options
  const first = Math.ceil(garpCount / 2)
  for (let i = 0; i < garpCount; i++) {
    // Like keepalived: a burst at once, the rest of it a second later.
    const at = atMs + (i < first ? i * 0.1 : 1000 + (i - first) * 0.1)
    scheduler.at(at, () => {
      for (const reth of RETHS) {
        if (!groups.includes(reth.group) || node.states[reth.group] !== 'primary' || !node.alive) continue
        const packet = gratuitousArp(at, reth.vip, rethMac(reth.group, node.id))
        world.taps.emit(reth.vip === LAN_VIP ? LAN : WAN, 'eth0', packet)
        for (const each of world.cluster.nodes)
          world.taps.emit(each.instance, memberOf(each, reth), {
            ...packet,
            direction: each === node ? 'out' : 'in',
          })
        if (i === 0) world.record(at, 'garp', { vip: reth.vip, node: node.name })
      }
    })
  }
}
