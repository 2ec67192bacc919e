import { nowMs } from '../core/scheduler'
import type { Process } from '../machine/process'
import type { Flow } from '../world/sessions'
import { LAN_HOST } from '../world/topology'
import type { World } from '../world/world'
import { Stream } from './iperf3-stream'
import { receiverLine, SEPARATOR, senderLine } from './iperf3-text'

/** What a client was asked for. */
export type Options = {
  server: string
  port: number
  seconds: number
  everyMs: number
  parallel: number
  reverse: boolean
  bitPerS: number | null
}

/** One test of a client: its streams, an interval of output after the other, the closing table. */
export class Test {
  private readonly startMs = nowMs()
  private readonly streams: Stream[]
  private readonly control: Flow
  private lastMs = this.startMs
  private readonly before: { bytes: number; retransmits: number }[]

  constructor(
    readonly world: World,
    private readonly p: Process,
    private readonly options: Options,
  ) {
    const source = p.machine.devices.find((d) => d.name === 'eth0')?.addresses[0]?.split('/')[0] ?? LAN_HOST
    const port = world.random.integer(32768, 60000)
    const flow = (i: number): Flow => ({
      protocol: 'tcp',
      source,
      sourcePort: port + 2 * i,
      destination: options.server,
      destinationPort: options.port,
    })
    this.control = flow(0)
    const flows = Array.from({ length: options.parallel }, (_, i) => flow(i + 1))
    const node = world.cluster.forwarder[1].last ?? 0
    for (const each of [this.control, ...flows]) world.sessions.touch(node, each, this.startMs, true, 60)
    const { bitPerS, parallel } = options
    this.streams = flows.map((each) => new Stream(world, each, this.startMs, bitPerS, parallel))
    this.before = flows.map(() => ({ bytes: 0, retransmits: 0 }))
    p.atEnd(() => {
      for (const each of [this.control, ...flows]) world.sessions.close(each)
    })
  }

  private socket(index: number): number {
    return 5 + 2 * index
  }

  async run(): Promise<number> {
    const { p, options } = this
    p.write(`Connecting to host ${options.server}, port ${options.port}\n`)
    if (options.reverse) p.write(`Reverse mode, remote host ${options.server} is sending\n`)
    for (const [i, stream] of this.streams.entries()) {
      p.write(
        `[${String(this.socket(i)).padStart(3)}] local ${stream.flow.source} port ${stream.flow.sourcePort} connected to ${options.server} port ${options.port}\n`,
      )
    }
    p.write(`[ ID] Interval           Transfer     Bitrate${options.reverse ? '' : '         Retr  Cwnd'}\n`)
    let interrupted = false
    let wake = () => {}
    const interrupt = new Promise<void>((resolve) => {
      wake = resolve
    })
    const onSignal = () => {
      interrupted = true
      wake()
    }
    p.handlers.set('INT', onSignal)
    p.handlers.set('TERM', onSignal)
    p.handlers.set('HUP', onSignal)
    const endMs = this.startMs + options.seconds * 1000
    for (let k = 1; !interrupted; k++) {
      const atMs = Math.min(this.startMs + k * options.everyMs, endMs)
      await p.within(Promise.race([p.until(atMs), interrupt]))
      this.interval(interrupted ? Math.min(nowMs(), atMs) : atMs)
      if (atMs >= endMs) break
    }
    this.closing(interrupted)
    if (interrupted) {
      p.error('iperf3: interrupt - the client has terminated\n')
      return 1
    }
    p.write('\niperf Done.\n')
    return 0
  }

  private interval(toMs: number): void {
    const { options, p } = this
    const fromS = (this.lastMs - this.startMs) / 1000
    const toS = (toMs - this.startMs) / 1000
    if (toS - fromS < 0.005) return
    const sum = { bytes: 0, retransmits: 0 }
    let text = ''
    for (const [i, stream] of this.streams.entries()) {
      stream.advance(toMs)
      const before = this.before[i] ?? { bytes: 0, retransmits: 0 }
      const bytes = stream.bytes() - before.bytes
      const retransmits = stream.retransmits - before.retransmits
      this.before[i] = { bytes: stream.bytes(), retransmits: stream.retransmits }
      sum.bytes += bytes
      sum.retransmits += retransmits
      const line = { socket: this.socket(i), fromS, toS, bytes }
      text += options.reverse ? receiverLine(line) : senderLine(line, retransmits, stream.congestionWindow)
    }
    if (this.streams.length > 1) {
      const line = { socket: 'SUM' as const, fromS, toS, bytes: sum.bytes }
      text += options.reverse ? receiverLine(line) : senderLine(line, sum.retransmits, null)
      if (toMs < this.startMs + options.seconds * 1000 - 1) text += SEPARATOR
    }
    this.lastMs = toMs
    p.write(text)
  }

  private closing(interrupted: boolean): void {
    const toS = (this.lastMs - this.startMs) / 1000
    const { reverse } = this.options
    let text = `${SEPARATOR}[ ID] Interval           Transfer     Bitrate${'         Retr'}\n`
    const lines = (socket: number | 'SUM', bytes: number, retransmits: number): string => {
      const line = { socket, fromS: 0, toS, bytes }
      const none = { ...line, bytes: 0 }
      if (!interrupted) return senderLine(line, retransmits, null, 'sender') + receiverLine(line, 'receiver')
      return reverse
        ? senderLine(none, 0, null, 'sender') + receiverLine(line, 'receiver')
        : senderLine(line, retransmits, null, 'sender') + receiverLine(none, 'receiver')
    }
    for (const [i, stream] of this.streams.entries()) text += lines(this.socket(i), stream.bytes(), stream.retransmits)
    if (this.streams.length > 1) {
      const total = (get: (s: Stream) => number): number => this.streams.reduce((sum, s) => sum + get(s), 0)
      text += lines(
        'SUM',
        total((s) => s.bytes()),
        total((s) => s.retransmits),
      )
    }
    this.p.write(text)
  }
}
