import type { Random } from '../core/random'
import { nowMs } from '../core/scheduler'
import { type NodeId, WAN_VIP } from './topology'

export type Flow = {
  protocol: 'tcp' | 'udp' | 'icmp'
  source: string
  sourcePort: number
  destination: string
  destinationPort: number
}

export type Entry = {
  id: number
  flow: Flow
  /** null: not translated. */
  nat: { address: string; port: number } | null
  createdMs: number
  /** When this node's copy came into being: at once where the session was made, after the sync elsewhere. */
  presentMs: number
  active: boolean
  packets: number
  bytes: number
  lastMs: number
}

const key = (f: Flow): string => `${f.protocol} ${f.source}:${f.sourcePort} ${f.destination}:${f.destinationPort}`
const timeouts = { tcp: 1800, udp: 60, icmp: 30 } as const

/** The session tables of both nodes. Times are the lab's clock, epoch ms. */
export class Sessions {
  readonly tables: [Map<string, Entry>, Map<string, Entry>] = [new Map(), new Map()]
  private nextId = 1
  private nextPort = 1024

  constructor(
    private readonly random: Random,
    private readonly settings: {
      syncMs: () => readonly [number, number]
      sync: () => boolean
      snat: () => boolean
      alive: (node: NodeId) => boolean
      /** A new session was told to the peer, which has it from `presentMs` on. */
      told: (flow: Flow, createdMs: number, presentMs: number) => void
    },
  ) {}

  /** A packet of `flow` crosses `node` at `atMs`: makes the session or keeps it alive. Null: a stray TCP packet, dropped. */
  touch(node: NodeId, flow: Flow, atMs: number, opens: boolean, bytes = 84, packets = 1): Entry | null {
    const table = this.tables[node]
    let entry = table.get(key(flow))
    if (!entry || entry.presentMs > atMs) {
      if (!opens) return null
      const port = flow.protocol === 'icmp' ? this.port() : this.port()
      const nat = this.settings.snat() ? { address: WAN_VIP, port } : null
      entry = {
        id: this.nextId++,
        flow,
        nat,
        createdMs: atMs,
        presentMs: atMs,
        active: true,
        packets: 0,
        bytes: 0,
        lastMs: atMs,
      }
      table.set(key(flow), entry)
      this.copy(node, entry, atMs)
    }
    entry.active = true
    entry.packets += packets
    entry.bytes += bytes
    entry.lastMs = Math.max(entry.lastMs, atMs)
    const peer = this.tables[node === 0 ? 1 : 0].get(key(flow))
    if (peer) {
      peer.active = false
      peer.lastMs = entry.lastMs
    }
    return entry
  }

  private port(): number {
    if (this.nextPort > 65000) this.nextPort = 1024
    return this.nextPort++
  }

  private copy(from: NodeId, entry: Entry, atMs: number): void {
    const to: NodeId = from === 0 ? 1 : 0
    if (!this.settings.sync() || !this.settings.alive(to)) return
    const [least, most] = this.settings.syncMs()
    const presentMs = atMs + this.random.uniform(least, most)
    if (entry.createdMs === atMs) this.settings.told(entry.flow, atMs, presentMs)
    this.tables[to].set(key(entry.flow), {
      ...entry,
      id: this.nextId++,
      presentMs,
      active: false,
      packets: 0,
      bytes: 0,
    })
  }

  /** All of `from`'s sessions go to its peer, as when that one has just joined. */
  bulkSync(from: NodeId, atMs: number): void {
    this.expire(atMs)
    for (const entry of this.tables[from].values()) this.copy(from, entry, atMs)
  }

  clear(node: NodeId): void {
    this.tables[node].clear()
  }

  expire(atMs: number): void {
    for (const table of this.tables) {
      for (const [name, entry] of table) {
        if (atMs - entry.lastMs > timeouts[entry.flow.protocol] * 1000) table.delete(name)
      }
    }
  }

  has(node: NodeId, flow: Flow, atMs: number): boolean {
    const entry = this.tables[node].get(key(flow))
    return entry !== undefined && entry.presentMs <= atMs
  }

  close(flow: Flow): void {
    for (const table of this.tables) table.delete(key(flow))
  }

  list(node: NodeId): (Entry & { timeoutS: number })[] {
    const now = nowMs()
    this.expire(now)
    return [...this.tables[node].values()]
      .filter((e) => e.presentMs <= now)
      .map((e) => ({ ...e, timeoutS: Math.max(1, Math.round(timeouts[e.flow.protocol] - (now - e.lastMs) / 1000)) }))
  }
}
