import { scheduler } from '../core/scheduler'
import type { Machine } from '../machine/machine'
import { INTERNET, LAN, LAN_HOST, LAN_VIP, type NodeId, rethMac, WAN, WAN_GATEWAY, WAN_VIP } from './topology'
import type { PathName, World } from './world'

/** What an echo request met. Instants are the lab's clock, epoch ms. */
export type Echo =
  | { kind: 'reply'; atMs: number; ttl: number; duplicate: boolean }
  /** The kernel of `from` says so. */
  | { kind: 'unreachable'; atMs: number; from: string }

type Route = { path: PathName | 'local' | 'none'; ttl: number; rttShare: number }

/** How `address` is reached from a machine; null: there is no route. */
export function routeTo(world: World, machine: Machine, address: string): Route | null {
  const own = machine.devices.some((d) => d.addresses.some((a) => a.split('/')[0] === address))
  if (own) return { path: 'local', ttl: 64, rttShare: 0.1 }
  if (address.startsWith('127.')) return { path: 'local', ttl: 64, rttShare: 0.1 }
  if (machine.name === LAN) {
    if (address === LAN_VIP || address === WAN_VIP) return { path: 'vip', ttl: 64, rttShare: 0.7 }
    if (address === INTERNET || address === WAN_GATEWAY) return { path: 'crossing', ttl: 63, rttShare: 1 }
    return { path: 'none', ttl: 64, rttShare: 1 }
  }
  if (machine.name === WAN) {
    if (address === WAN_VIP) return { path: 'wanVip', ttl: 64, rttShare: 0.7 }
    if (address === LAN_HOST) return { path: 'crossing', ttl: 63, rttShare: 1 }
    return { path: 'none', ttl: 64, rttShare: 1 }
  }
  const node = world.nodeOf(machine)
  if (node?.alive) {
    const near = address === LAN_HOST || address === WAN_GATEWAY || address === INTERNET
    return { path: near || address.startsWith('10.99.') ? 'local' : 'none', ttl: 64, rttShare: 0.6 }
  }
  return node ? { path: 'none', ttl: 64, rttShare: 1 } : null
}

const UNREACHABLE_AFTER_MS = 1000
const NEIGHBOUR_TIMEOUT_MS = 1024

/** Sends one echo request at `sendMs`; `answer` is called for everything that comes back, at the moment it comes. */
export function sendEcho(
  world: World,
  machine: Machine,
  address: string,
  route: Route,
  packet: { id: number; sequence: number; sendMs: number },
  answer: (echo: Echo) => void,
): void {
  const { random, options, switches } = world
  const { sendMs } = packet
  let rttMs = Math.max(0.02, (options.rttMs - Math.log(1 - random.next()) * options.jitterMs) * route.rttShare)
  if (route.path === 'local') {
    const local = 0.03 + 0.03 * random.next()
    scheduler.at(sendMs + local, (at) => answer({ kind: 'reply', atMs: at, ttl: route.ttl, duplicate: false }))
    return
  }
  const lost = random.chance(options.loss)
  const lostOut = lost && random.chance(0.5)
  const baseMs = rttMs
  if (switches.has('late') && random.chance(options.lateShare)) rttMs = options.lateMs
  else if (switches.has('reordered') && random.chance(options.reorderedShare)) rttMs += 12 + 6 * random.next()
  const path = route.path
  if (path === 'none') {
    scheduler.at(sendMs + 3 * NEIGHBOUR_TIMEOUT_MS, (at) =>
      answer({ kind: 'unreachable', atMs: at, from: sourceOf(machine) }),
    )
    return
  }
  // Looked at when the reply is due: by then every change of the path up to that moment is known.
  scheduler.at(sendMs + baseMs, (arrivesMs) => {
    const crossedMs = sendMs + baseMs * 0.4
    const timeline = world.paths[path]
    const up = timeline.at(crossedMs)
    const there = up && !lostOut
    const translated = path === 'crossing' && there ? cross(world, machine, address, packet, crossedMs) : null
    capture(world, machine, address, packet, path, { there, translated, arrivesMs, baseMs })
    if (there && !lost && timeline.at(sendMs + baseMs * 0.8)) {
      const reply = (at: number, duplicate: boolean) => answer({ kind: 'reply', atMs: at, ttl: route.ttl, duplicate })
      if (rttMs === baseMs) reply(arrivesMs, false)
      else scheduler.at(sendMs + rttMs, (at) => reply(at, false))
      if (switches.has('duplicate') && random.chance(options.duplicateShare)) {
        scheduler.at(sendMs + rttMs + 0.1 + 0.4 * random.next(), (at) => reply(at, true))
      }
    } else if (!up && switches.has('host-unreachable')) unreachable(world, machine, path, crossedMs, answer)
  })
}

/** The neighbour entry of the dead gateway fails after a while; what waits for it is then reported, all at once. */
function unreachable(
  world: World,
  machine: Machine,
  path: PathName,
  crossedMs: number,
  answer: (echo: Echo) => void,
): void {
  const downSince =
    world.paths[path]
      .since(0)
      .filter((c) => !c.value && c.atMs <= crossedMs)
      .at(-1)?.atMs ?? crossedMs
  const waitedMs = crossedMs - downSince - UNREACHABLE_AFTER_MS
  if (waitedMs < 0) return
  const round = Math.floor(waitedMs / NEIGHBOUR_TIMEOUT_MS) + 1
  const failsMs = downSince + UNREACHABLE_AFTER_MS + round * NEIGHBOUR_TIMEOUT_MS
  scheduler.at(failsMs, (at) => {
    if (!world.paths[path].at(at)) answer({ kind: 'unreachable', atMs: at, from: sourceOf(machine) })
  })
}

const sourceOf = (machine: Machine): string =>
  machine.devices.find((d) => d.name === 'eth0')?.addresses[0]?.split('/')[0] ??
  machine.devices[1]?.addresses[0]?.split('/')[0] ??
  '127.0.0.1'

type Request = { id: number; sequence: number; sendMs: number }

/** Session and translation on the node that forwards; gives the source as the far side sees it. */
function cross(
  world: World,
  machine: Machine,
  address: string,
  packet: Request,
  atMs: number,
): { address: string; port: number } {
  const source = sourceOf(machine)
  const node = world.cluster.forwarder[1].at(atMs) ?? 0
  const flow = {
    protocol: 'icmp' as const,
    source,
    sourcePort: packet.id,
    destination: address,
    destinationPort: packet.id,
  }
  const entry = world.sessions.touch(node as NodeId, flow, atMs, true)
  return entry?.nat ?? { address: source, port: packet.id }
}

/** Shows the packets to whoever captures: the request at both ends, the reply where it got to. */
function capture(
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
