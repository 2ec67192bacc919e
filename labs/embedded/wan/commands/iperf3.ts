import { IPERF_VERSION, iperfOptions } from '../../commands/iperf3'
import { BLOCK, type CarriedStream, type OpenStreams, Test, WINDOW } from '../../commands/iperf3-run'
import { nowMs, scheduler, type Task } from '../../core/scheduler'
import type { Program } from '../../machine/process'
import { EDGE_ADDRESS, FAR_ADDRESS, IPERF_PORTS } from '../topology'
import { transit, type Way } from '../transit'
import type { WanWorld } from '../world'

const HEADERS = 52
const SEGMENT = 1448
/** More packets than this a second become longer ones, as a NIC that offloads shows them. */
const MAX_PACKETS_PER_S = 1000
const FIRST_RTO_MS = 220
const MAX_RTO_MS = 60_000
/** So many losses in a row stop a stream until a retry gets through. */
const LOSSES_TO_STALL = 8

/** A paced stream of packets; what gets lost is sent again. */
class WanStream implements CarriedStream {
  retransmits = 0
  private delivered = 0
  private lossesInARow = 0
  private rtoMs = FIRST_RTO_MS
  private task: Task | null = null
  private readonly payload: number
  private readonly everyMs: number

  constructor(
    private readonly world: WanWorld,
    readonly flow: { source: string; sourcePort: number },
    startMs: number,
    bitPerS: number,
    private readonly isReverse: boolean,
  ) {
    this.payload = Math.max(SEGMENT, Math.ceil(bitPerS / 8 / MAX_PACKETS_PER_S))
    this.everyMs = (this.payload * 8000) / bitPerS
    this.send(startMs + this.everyMs)
  }

  get congestionWindow(): number {
    return this.isStalled ? SEGMENT : WINDOW
  }

  private get isStalled(): boolean {
    return this.lossesInARow >= LOSSES_TO_STALL
  }

  bytes(): number {
    return Math.ceil(this.delivered / BLOCK) * BLOCK
  }

  /** All that has happened is told by the scheduler. */
  advance(): void {
    scheduler.runDue()
  }

  close(): void {
    scheduler.cancel(this.task)
  }

  private send(atMs: number): void {
    this.task = scheduler.at(atMs, (at) => {
      const link = this.world.router.linkInUse()
      const way: Way | null = this.isReverse ? link && { towards: 'edge', link } : { towards: 'far' }
      if (way)
        transit(this.world, way, this.payload + HEADERS, at, (arrival) => (arrival ? this.arrived() : this.lost()))
      else this.lost()
      if (this.isStalled) this.rtoMs = Math.min(2 * this.rtoMs, MAX_RTO_MS)
      this.send(at + (this.isStalled ? this.rtoMs : this.everyMs))
    })
  }

  private arrived(): void {
    this.lossesInARow = 0
    this.rtoMs = FIRST_RTO_MS
    this.delivered += this.payload
  }

  private lost(): void {
    this.lossesInARow++
    this.retransmits++
  }
}

const wanStreams =
  (world: WanWorld): OpenStreams =>
  (_p, { parallel, bitPerS, reverse }, startMs) => {
    const port = world.random.integer(32768, 60000)
    const rate = Math.min(bitPerS ?? Number.POSITIVE_INFINITY, world.options.linkBitPerS / parallel)
    const streams = Array.from(
      { length: parallel },
      (_, i) => new WanStream(world, { source: EDGE_ADDRESS, sourcePort: port + 2 * i }, startMs, rate, reverse),
    )
    return {
      streams,
      close: () => {
        for (const stream of streams) stream.close()
      },
    }
  }

/** `iperf3 -c` 3.12 towards the far side. */
export const iperf3 =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args.includes('--version') || p.args.includes('-v')) {
      p.write(IPERF_VERSION)
      return 0
    }
    const options = iperfOptions(p.args.slice(1))
    if (options.server !== FAR_ADDRESS || !IPERF_PORTS.includes(options.port)) {
      const reason = options.server === FAR_ADDRESS ? 'Connection refused' : 'Connection timed out'
      if (options.server !== FAR_ADDRESS) await p.sleep(2000)
      p.error(`iperf3: error - unable to connect to server: ${reason}\n`)
      return 1
    }
    const isThere = await p.within(
      new Promise<boolean>((resolve) =>
        transit(world, { towards: 'far' }, 60, nowMs(), (arrival) => resolve(arrival !== null)),
      ),
    )
    if (!isThere) {
      await p.sleep(2000)
      p.error('iperf3: error - unable to connect to server: Connection timed out\n')
      return 1
    }
    return new Test(p, options, wanStreams(world)).run()
  }
