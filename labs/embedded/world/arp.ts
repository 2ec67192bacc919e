import type { Machine } from '../machine/machine'
import type { ClusterNode } from './cluster-types'
import type { Packet } from './packets'
import { junosToLinux, RETHS, rethMac } from './topology'
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
