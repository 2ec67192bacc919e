import { scheduler } from '../core/scheduler'
import { tunnelBytes } from './frames'
import type { LinkPlace } from './topology'
import type { WanWorld } from './world'

/** Edge node to router, ms. */
const LAN_MS = 0.2

export type Way = { towards: 'far'; link?: undefined } | { towards: 'edge'; link: LinkPlace }
/** Called once: when and over which link the packet arrived; null: it never does. */
export type Arrived = (arrival: { atMs: number; link: LinkPlace } | null) => void

/**
 * Sends an inner IP packet of `bytes` from the edge node to the far side over the link that the router uses by then, or
 * back over the link that it came by.
 */
export function transit(world: WanWorld, way: Way, bytes: number, sendMs: number, arrived: Arrived): void {
  const frame = tunnelBytes(bytes)
  if (way.towards === 'far') {
    scheduler.at(sendMs + LAN_MS, (atMs) => {
      const link = world.router.linkInUse()
      const outMs = link && world.wires.carry(link, 'isp', 'traffic', frame, atMs)
      if (link === null || outMs === null) arrived(null)
      else scheduler.at(outMs + world.oneWayMs(link), (at) => arrived({ atMs: at, link }))
    })
    return
  }
  const { link } = way
  scheduler.at(sendMs + world.oneWayMs(link), (atMs) => {
    const outMs = world.wires.carry(link, 'router', 'traffic', frame, atMs)
    if (outMs === null) arrived(null)
    else scheduler.at(outMs + LAN_MS, (at) => arrived({ atMs: at, link }))
  })
}

/** Time that the far side takes to answer, ms. */
const FAR_MS = 0.1

/** A packet there and its answer back. */
export function roundTrip(world: WanWorld, bytes: number, sendMs: number, done: Arrived): void {
  transit(world, { towards: 'far' }, bytes, sendMs, (there) => {
    if (!there) done(null)
    else transit(world, { towards: 'edge', link: there.link }, bytes, there.atMs + FAR_MS, done)
  })
}
