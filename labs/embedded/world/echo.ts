import { scheduler } from '../core/scheduler'
import type { Machine } from '../machine/machine'
import { capture } from './echo-capture'
import type { PathName } from './paths'
import { type Route, sourceOf } from './routes'
import type { NodeId } from './topology'
import type { World } from './world'

/** What an echo request met. Instants are the lab's clock, epoch ms. */
export type Echo =
  | { kind: 'reply'; atMs: number; ttl: number; duplicate: boolean }
  /** The kernel of `from` says so. */
  | { kind: 'unreachable'; atMs: number; from: string }

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

export type Request = { id: number; sequence: number; sendMs: number }

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
