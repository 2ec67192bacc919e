import type { Machine } from '../machine/machine'
import type { Request } from './echo'
import { sourceOf } from './routes'
import { LAN, rethMac, WAN } from './topology'
import type { PathName, World } from './world'

/** Shows the packets to whoever captures: the request at both ends, the reply where it got to. */
export function capture(
  world: World,
  machine: Machine,
  address: string,
  packet: Request,
  path: PathName,
  seen: { there: boolean; translated: { address: string; port: number } | null; arrivesMs: number; baseMs: number },
): void {
  const { taps } = world
  const own = taps.watched(machine.name, 'eth0')
  const far = path === 'crossing' && machine.name === LAN && taps.watched(WAN, 'eth0')
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
