import type { Packet } from './packets'
import { junosToLinux, LAN, LAN_HOST, LAN_VIP, lanPort, NODES, type NodeId, rethMac } from './topology'
import type { World } from './world'

const POOL = { prefix: '10.0.60.', from: 100, to: 199 }
export const LEASE_S = 3600
const BROADCAST = 'ff:ff:ff:ff:ff:ff'

type Way = { mac: string; source: string; target: string; fromMac?: string; toMac: string }
type Unseen = Omit<Extract<Packet, { kind: 'dhcp' }>, 'direction'>

export type Lease = { client: string; address: string; expiresMs: number }

/** The DHCP server on the LAN RETH: it runs on the node that holds the group, and its leases go along. */
export class Dhcp {
  private readonly leases = new Map<string, Lease>()

  constructor(private readonly world: World) {}

  /** The node that would answer now; null when nobody does. */
  private server(): NodeId | null {
    const { cluster, paths, switches } = this.world
    if (switches.has('no-dhcp') || !paths.vip.last) return null
    return cluster.forwarder[2].last
  }

  list(nowMs: number): Lease[] {
    for (const [client, lease] of this.leases) if (lease.expiresMs <= nowMs) this.leases.delete(client)
    return [...this.leases.values()]
  }

  /** An address for a client, the one that it has or had; as dnsmasq it begins where the client's name hashes to. */
  private choose(client: string, nowMs: number): string | null {
    const known = this.leases.get(client)
    if (known) return known.address
    const taken = new Set([LAN_HOST, ...this.list(nowMs).map(({ address }) => address)])
    const size = POOL.to - POOL.from + 1
    const start = [...client].reduce((hash, char) => (hash * 31 + (char.codePointAt(0) ?? 0)) % size, 0)
    for (let i = 0; i < size; i++) {
      const address = `${POOL.prefix}${POOL.from + ((start + i) % size)}`
      if (!taken.has(address)) return address
    }
    return null
  }

  /** What a broadcast DISCOVER or REQUEST is answered with; the lease is kept when it `binds`. */
  ask(client: string, mac: string, atMs: number, binds: boolean): { address: string; replyMs: number } | null {
    this.show(atMs, { mac, source: '0.0.0.0', target: '255.255.255.255', toMac: BROADCAST })
    const server = this.server()
    const address = server === null ? null : this.choose(client, atMs)
    if (server === null || address === null) return null
    if (binds) this.leases.set(client, { client, address, expiresMs: atMs + LEASE_S * 1000 })
    const replyMs = atMs + this.world.random.uniform(0.4, 1.2)
    this.reply(server, mac, address, replyMs)
    return { address, replyMs }
  }

  /** A RELEASE, which nobody answers: the server forgets the client. */
  release(client: string, mac: string, atMs: number): void {
    const server = this.server()
    const toMac = rethMac(2, server ?? 0)
    this.show(atMs, { mac, source: LAN_HOST, target: LAN_VIP, toMac })
    if (server !== null) this.leases.delete(client)
  }

  private packet(message: 'request' | 'reply', atMs: number, way: Way): Unseen {
    const [sourcePort, targetPort] = message === 'request' ? [68, 67] : [67, 68]
    const common = { kind: 'dhcp' as const, atMs, message, length: 300, clientMac: way.mac, sourcePort, targetPort }
    return {
      ...common,
      source: way.source,
      target: way.target,
      sourceMac: way.fromMac ?? way.mac,
      targetMac: way.toMac,
    }
  }

  /** A request as the client sends it and every member of the RETH hears it. */
  private show(atMs: number, way: Way): void {
    const { taps } = this.world
    const packet = this.packet('request', atMs, way)
    taps.emit(LAN, 'eth0', { ...packet, direction: 'out' })
    for (const { id, instance } of NODES)
      if (way.toMac === BROADCAST || way.toMac === rethMac(2, id))
        taps.emit(instance, junosToLinux(lanPort(id)), { ...packet, direction: 'in' })
  }

  private reply(server: NodeId, mac: string, address: string, atMs: number): void {
    const { taps } = this.world
    const way = { mac, source: LAN_VIP, target: address, fromMac: rethMac(2, server), toMac: mac }
    const packet = this.packet('reply', atMs, way)
    taps.emit(NODES[server].instance, junosToLinux(lanPort(server)), { ...packet, direction: 'out' })
    taps.emit(LAN, 'eth0', { ...packet, direction: 'in' })
  }
}
