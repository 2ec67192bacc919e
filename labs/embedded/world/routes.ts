import type { Machine } from '../machine/machine'
import type { PathName } from './paths'
import { INTERNET, LAN, LAN_HOST, LAN_VIP, WAN, WAN_GATEWAY, WAN_VIP } from './topology'
import type { World } from './world'

/** A way to an address: which path it takes, the reply's TTL, and its share of the world's round trip. */
export type Route = { path: PathName | 'local' | 'none'; ttl: number; rttShare: number }

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

/** The address that a machine sends from. */
export const sourceOf = (machine: Machine): string =>
  machine.devices.find((d) => d.name === 'eth0')?.addresses[0]?.split('/')[0] ??
  machine.devices[1]?.addresses[0]?.split('/')[0] ??
  '127.0.0.1'
