import type { EventEmitter } from 'node:events'
import type { Random } from '../core/random'
import type { Machine } from '../machine/machine'
import { type Echo, type Request, sendEcho } from '../world/echo'
import { routeTo } from '../world/routes'
import type { SentLine, World } from '../world/world'

/** Sends one request; `answer` is called for all that comes back, when it comes. */
export type SendEcho = (packet: Request, answer: (echo: Echo) => void) => void

/** What `ping` needs of a world. */
export type PingWorld = {
  random: Random
  /** "stall" (from, length): freezes every ping. */
  events: EventEmitter
  /** Pings that freeze by themselves; ms. */
  stall(): { isOn: boolean; lengthMs: number; everyMs: number }
  sentLines(): SentLine[] | null
  /** The way to an address, for so many data bytes; null: no route. */
  route(machine: Machine, address: string, dataBytes: number): SendEcho | null
}

/** The cluster's world, as ping sees it. */
export const clusterPing = (world: World): PingWorld => ({
  random: world.random,
  events: world.events,
  stall: () => ({
    isOn: world.switches.has('sender-stall'),
    lengthMs: world.options.stallMs,
    everyMs: world.options.stallEveryMs,
  }),
  sentLines: () => world.sentLines,
  route: (machine, address) => {
    const route = routeTo(world, machine, address)
    return route && ((packet, answer) => sendEcho(world, machine, address, route, packet, answer))
  },
})
