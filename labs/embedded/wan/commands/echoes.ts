import type { PingWorld, SendEcho } from '../../commands/ping-world'
import { scheduler } from '../../core/scheduler'
import { EDGE_ADDRESS, FAR_ADDRESS, ROUTER_ADDRESS } from '../topology'
import { roundTrip } from '../transit'
import type { WanWorld } from '../world'

const TTL = { near: 64, far: 61 }
const NEAR_MS = 0.3

/** IP packet of an echo with so much data, bytes. */
export const echoBytes = (data: number): number => data + 28

const far =
  (world: WanWorld, bytes: number): SendEcho =>
  ({ sendMs }, answer) =>
    roundTrip(world, bytes, sendMs, (back) => {
      if (back) answer({ kind: 'reply', atMs: back.atMs, ttl: TTL.far, duplicate: false })
    })

const near: SendEcho = ({ sendMs }, answer) => {
  scheduler.at(sendMs + NEAR_MS, (atMs) => answer({ kind: 'reply', atMs, ttl: TTL.near, duplicate: false }))
}

const nowhere: SendEcho = () => {}

/** The way of echo requests with so much data from the edge node. What is not known gets no answer. */
export function echoWay(world: WanWorld, address: string, dataBytes: number): SendEcho {
  if (address === FAR_ADDRESS) return far(world, echoBytes(dataBytes))
  return [EDGE_ADDRESS, ROUTER_ADDRESS].includes(address) || address.startsWith('127.') ? near : nowhere
}

/** The WAN's world, as ping sees it. */
export const wanPing = (world: WanWorld): PingWorld => ({
  random: world.random,
  events: world.events,
  stall: () => ({ isOn: false, lengthMs: world.options.stallMs, everyMs: world.options.stallEveryMs }),
  sentLines: () => world.sentLines,
  route: (_machine, address, dataBytes) => echoWay(world, address, dataBytes),
})
