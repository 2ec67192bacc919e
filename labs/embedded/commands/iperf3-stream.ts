import type { Flow } from '../world/sessions'
import { LAN_HOST, type NodeId } from '../world/topology'
import type { World } from '../world/world'
import { BLOCK, type CarriedStream, type OpenStreams, WINDOW } from './iperf3-run'

/** First retransmission timeout of Linux TCP on a short path, doubled each time. */
const FIRST_RTO_MS = 200
const MAX_RTO_MS = 120_000
/** What one stream may use to make up for time lost, bit/s. */
const CATCH_UP_BIT_PER_S = 400e6
const SLOW_START_MS = 600
/** Of an interval at full speed. */
const RETRANSMIT_CHANCE = 0.2

/** A stream through the cluster, given when its path was up. */
class Stream implements CarriedStream {
  private deliveredBytes = 0
  private lastMs: number
  /** Set while the path is down or TCP has not noticed that it is back. */
  private stalledSinceMs: number | null = null
  private nextRetryMs = 0
  private rtoMs = FIRST_RTO_MS
  retransmits = 0
  dead = false

  constructor(
    private readonly world: World,
    readonly flow: Flow,
    private readonly startMs: number,
    /** null: its share of what the link has. */
    private readonly bitPerS: number | null,
    private readonly parallel: number,
  ) {
    this.lastMs = startMs
  }

  get stalled(): boolean {
    return this.stalledSinceMs !== null
  }

  get congestionWindow(): number {
    return this.stalled ? 1448 : WINDOW
  }

  bytes(): number {
    return Math.ceil(this.deliveredBytes / BLOCK) * BLOCK
  }

  private node(atMs: number): NodeId {
    return this.world.cluster.forwarder[1].at(atMs) ?? 0
  }

  /** Moves on to `toMs`, across every change of the path in between. */
  advance(toMs: number): void {
    const path = this.world.paths.crossing
    const stops = path.since(this.lastMs).filter((c) => c.atMs <= toMs && !c.value)
    for (const stop of stops) {
      this.carry(stop.atMs)
      if (!this.dead && this.stalledSinceMs === null) this.stall(stop.atMs)
    }
    this.carry(toMs)
  }

  private stall(atMs: number): void {
    this.stalledSinceMs = atMs
    this.rtoMs = FIRST_RTO_MS + this.world.random.uniform(0, 12)
    this.nextRetryMs = atMs + this.rtoMs
  }

  private carry(toMs: number): void {
    while (this.stalledSinceMs !== null && this.nextRetryMs <= toMs) {
      this.retransmits++
      if (this.world.paths.crossing.at(this.nextRetryMs)) this.resume(this.nextRetryMs)
      else {
        this.rtoMs = Math.min(this.rtoMs * 2, MAX_RTO_MS)
        this.nextRetryMs += this.rtoMs
      }
      if (this.dead) return
    }
    if (toMs <= this.lastMs) return
    if (this.stalledSinceMs === null && !this.dead) {
      const before = this.deliveredBytes
      this.deliveredBytes = this.bitPerS === null ? this.fullSpeed(toMs) : this.paced(this.bitPerS, toMs)
      const bytes = this.deliveredBytes - before
      this.world.sessions.touch(this.node(toMs), this.flow, toMs, false, bytes, Math.ceil(bytes / 1448))
    }
    this.lastMs = toMs
  }

  private paced(bitPerS: number, toMs: number): number {
    const due = (bitPerS / 8) * ((toMs - this.startMs) / 1000)
    const possible = this.deliveredBytes + (Math.max(CATCH_UP_BIT_PER_S, bitPerS) / 8) * ((toMs - this.lastMs) / 1000)
    return Math.min(due, possible)
  }

  /** A share of the link, with slow start; TCP that fills a queue loses a segment now and then. */
  private fullSpeed(toMs: number): number {
    const { options, switches, cluster, random } = this.world
    const link = switches.has('rate-limit') ? Math.min(options.limitBitPerS, options.linkBitPerS) : options.linkBitPerS
    const hasPeer = cluster.nodes.every(({ alive }) => alive)
    const ramp = Math.min(1, (toMs - this.startMs) / SLOW_START_MS)
    const jitter = 1 + random.uniform(-options.rateJitterShare, options.rateJitterShare)
    const bitPerS = (link / this.parallel) * (hasPeer ? 1 - options.syncShare : 1) * ramp * jitter
    if (random.uniform(0, 1) < RETRANSMIT_CHANCE) this.retransmits += random.integer(1, 30)
    return this.deliveredBytes + (bitPerS / 8) * ((toMs - this.lastMs) / 1000)
  }

  /** The retransmission found a path. A node that has not got the session drops it: the stream is dead. */
  private resume(atMs: number): void {
    if (!this.world.sessions.has(this.node(atMs), this.flow, atMs)) {
      this.rtoMs = Math.min(this.rtoMs * 2, MAX_RTO_MS)
      this.nextRetryMs = atMs + this.rtoMs
      return
    }
    this.stalledSinceMs = null
    this.retransmits += this.world.random.integer(1, 4)
    this.lastMs = Math.max(this.lastMs, atMs)
  }
}

/** Streams through the cluster, each with a session on its nodes, and one for the control connection. */
export const clusterStreams =
  (world: World): OpenStreams =>
  (p, { server, port: serverPort, parallel, bitPerS }, startMs) => {
    const source = p.machine.devices.find((d) => d.name === 'eth0')?.addresses[0]?.split('/')[0] ?? LAN_HOST
    const port = world.random.integer(32768, 60000)
    const flow = (i: number): Flow => ({
      protocol: 'tcp',
      source,
      sourcePort: port + 2 * i,
      destination: server,
      destinationPort: serverPort,
    })
    const all = Array.from({ length: parallel + 1 }, (_, i) => flow(i))
    const node = world.cluster.forwarder[1].last ?? 0
    for (const each of all) world.sessions.touch(node, each, startMs, true, 60)
    return {
      streams: all.slice(1).map((each) => new Stream(world, each, startMs, bitPerS, parallel)),
      close: () => {
        for (const each of all) world.sessions.close(each)
      },
    }
  }
