import { nowMs } from '../core/scheduler'
import type { Process } from '../machine/process'
import { receiverLine, SEPARATOR, senderLine } from './iperf3-text'

/** iperf3 counts in these, bytes. */
export const BLOCK = 128 * 1024
/** Of a stream that goes on undisturbed, bytes. */
export const WINDOW = 360 * 1024

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

/** One TCP stream: what it had carried by any instant, given what its path did. */
export type CarriedStream = {
  readonly flow: { source: string; sourcePort: number }
  readonly retransmits: number
  /** Bytes. */
  readonly congestionWindow: number
  /** Bytes carried since the start, in the blocks that iperf3 counts. */
  bytes(): number
  /** Moves on to `toMs`. */
  advance(toMs: number): void
}

/** Opens a test's streams on what is simulated; `close` when it ends. */
export type OpenStreams = (
  p: Process,
  options: Options,
  startMs: number,
) => { streams: CarriedStream[]; close: () => void }

/** One test of a client: its streams, an interval of output after the other, the closing table. */
export class Test {
  private readonly startMs = nowMs()
  private readonly streams: CarriedStream[]
  private lastMs = this.startMs
  private readonly before: { bytes: number; retransmits: number }[]

  constructor(
    private readonly p: Process,
    private readonly options: Options,
    open: OpenStreams,
  ) {
    const { streams, close } = open(p, options, this.startMs)
    this.streams = streams
    this.before = streams.map(() => ({ bytes: 0, retransmits: 0 }))
    p.atEnd(close)
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
      const total = (get: (s: CarriedStream) => number): number => this.streams.reduce((sum, s) => sum + get(s), 0)
      text += lines(
        'SUM',
        total((s) => s.bytes()),
        total((s) => s.retransmits),
      )
    }
    this.p.write(text)
  }
}
