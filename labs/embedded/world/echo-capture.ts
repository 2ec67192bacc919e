import type { Machine } from '../machine/machine'
import { memberOf } from './arp'
import type { Request } from './echo'
import type { PathName } from './paths'
import { sourceOf } from './routes'
import { LAN, RETHS, rethMac, WAN } from './topology'
import type { World } from './world'

type Seen = {
  there: boolean
  translated: { address: string; port: number } | null
  arrivesMs: number
  baseMs: number
}

/** Shows the packets to whoever captures: the request at both ends, the reply where it got to. */
export function capture(
  world: World,
  machine: Machine,
  address: string,
  packet: Request,
  path: PathName,
  seen: Seen,
): void {
  const { taps } = world
  const own = taps.watched(machine.name, 'eth0')
  const far = path === 'crossing' && machine.name === LAN && taps.watched(WAN, 'eth0')
  if (path === 'crossing' && machine.name === LAN) captureOnNode(world, machine, address, packet, seen)
  if (!own && !far) return
  const common = { kind: 'icmp' as const, length: 64, sequence: packet.sequence }
  const here = machine.devices.find((d) => d.name === 'eth0')?.mac ?? ''
  const lanGroup = machine.name === WAN ? 1 : 2
  const nodeHere = world.cluster.forwarder[lanGroup].at(packet.sendMs) ?? 0
  const source = sourceOf(machine)
  const back = seen.there && world.paths[path].at(packet.sendMs + seen.baseMs * 0.8)
  if (far && seen.there && seen.translated) {
    const mac = rethMac(1, world.cluster.forwarder[1].at(packet.sendMs + seen.baseMs * 0.4) ?? 0)
    const wan = world.machine(WAN).devices[1]?.mac ?? ''
    const at = packet.sendMs + seen.baseMs * 0.5
    const outside = { ...common, id: seen.translated.port }
    taps.emit(WAN, 'eth0', {
      ...outside,
      atMs: at,
      type: 'request',
      source: seen.translated.address,
      target: address,
      sourceMac: mac,
      targetMac: wan,
    })
    taps.emit(WAN, 'eth0', {
      ...outside,
      atMs: at + 0.015,
      type: 'reply',
      source: address,
      target: seen.translated.address,
      sourceMac: wan,
      targetMac: mac,
    })
  }
  if (!own) return
  const gateway = rethMac(lanGroup, nodeHere)
  taps.emit(machine.name, 'eth0', {
    ...common,
    id: packet.id,
    atMs: packet.sendMs + 0.01,
    type: 'request',
    source,
    target: address,
    sourceMac: here,
    targetMac: gateway,
  })
  if (back)
    taps.emit(machine.name, 'eth0', {
      ...common,
      id: packet.id,
      atMs: seen.arrivesMs - 0.01,
      type: 'reply',
      source: address,
      target: source,
      sourceMac: gateway,
      targetMac: here,
    })
}

/** The request on the members of the node that forwards it. */
function captureOnNode(world: World, machine: Machine, address: string, packet: Request, seen: Seen): void {
  const crossedMs = packet.sendMs + seen.baseMs * 0.4
  const node = world.cluster.nodes[world.cluster.forwarder[1].at(crossedMs) ?? 0]
  if (!seen.there || !seen.translated) return
  const common = {
    kind: 'icmp' as const,
    length: 64,
    sequence: packet.sequence,
    type: 'request' as const,
    target: address,
  }
  for (const reth of RETHS) {
    const member = memberOf(node, reth)
    if (!world.taps.watched(node.instance, member)) continue
    const isOut = reth.group === 1
    const own = rethMac(reth.group, node.id)
    world.taps.emit(node.instance, member, {
      ...common,
      atMs: crossedMs + (isOut ? 0.01 : -0.01),
      direction: isOut ? 'out' : 'in',
      source: isOut ? seen.translated.address : sourceOf(machine),
      id: isOut ? seen.translated.port : packet.id,
      sourceMac: isOut ? own : (machine.devices.find((d) => d.name === 'eth0')?.mac ?? ''),
      targetMac: isOut ? (world.machine(WAN).devices[1]?.mac ?? '') : own,
    })
  }
}
