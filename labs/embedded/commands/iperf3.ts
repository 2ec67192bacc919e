import { nowMs } from '../core/scheduler'
import type { Process, Program } from '../machine/process'
import type { Flow } from '../world/sessions'
import { LAN_HOST, WAN } from '../world/topology'
import type { World } from '../world/world'
import { Stream } from './iperf3-stream'
import { parseRate, receiverLine, SEPARATOR, senderLine } from './iperf3-text'

const VERSION =
  "iperf 3.12 (cJSON 1.7.15)\nLinux embedded 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) x86_64\nOptional features available: CPU affinity setting, IPv6 flow label, SCTP, TCP congestion algorithm setting, sendfile / zerocopy, socket pacing, authentication, bind to device, support IPv4 don't fragment\n"

type Options = {
  server: string
  port: number
  seconds: number
  everyMs: number
  parallel: number
  reverse: boolean
  bitPerS: number | null
}

function parseArgs(args: string[]): Options {
  const value = (...names: string[]): string | undefined => {
    for (const [i, arg] of args.entries()) {
      for (const name of names) {
        if (arg === name) return args[i + 1]
        if (name.startsWith('--') && arg.startsWith(`${name}=`)) return arg.slice(name.length + 1)
        if (!name.startsWith('--') && arg.startsWith(name) && /^-\w[\d.]/.test(arg)) return arg.slice(2)
      }
    }
    return undefined
  }
  const rate = value('-b', '--bitrate')
  return {
    server: value('-c', '--client') ?? '',
    port: Number(value('-p', '--port') ?? 5201),
    seconds: Number(value('-t', '--time') ?? 10),
    everyMs: Number(value('-i', '--interval') ?? 1) * 1000,
    parallel: Number(value('-P', '--parallel') ?? 1),
    reverse: args.includes('-R') || args.includes('--reverse'),
    bitPerS: rate === undefined || rate === '0' ? null : parseRate(rate),
  }
}

/** `iperf3` 3.12 as client; its numbers follow what the world forwards. */
export const iperf3 =
  (world: World): Program =>
  async (p) => {
    if (p.args.includes('--version') || p.args.includes('-v')) {
      p.write(VERSION)
      return 0
    }
    const options = parseArgs(p.args.slice(1))
    if (p.args.includes('-s')) return serve(world, p, options)
    if (options.server === '') {
      p.error(
        "iperf3: parameter error - must either be a client (-c) or server (-s)\n\nUsage: iperf3 [-s|-c host] [options]\nTry `iperf3 --help' for more information.\n",
      )
      return 1
    }
    return client(world, p, options)
  }

async function serve(world: World, p: Process, options: Options): Promise<number> {
  const key = `${p.machine.name} ${options.port}`
  if (world.iperfServers.has(key)) {
    p.error('iperf3: error - unable to start listener for connections: Address already in use\niperf3: exiting\n')
    return 1
  }
  world.iperfServers.set(key, { process: p, client: null })
  p.atEnd(() => world.iperfServers.delete(key))
  const line = '-----------------------------------------------------------\n'
  p.write(`${line}Server listening on ${options.port} (test #1)\n${line}`)
  return p.within(new Promise<number>((resolve) => p.handlers.set('INT', () => resolve(1))))
}

/** The server behind an address, once a connection to it can be made. */
async function connect(world: World, p: Process, options: Options): Promise<string | null> {
  const name = [...world.machines.values()].find((m) =>
    m.devices.some((d) => d.addresses.some((a) => a.startsWith(`${options.server}/`))),
  )?.name
  const crossing = name === WAN && p.machine.name !== WAN
  for (const waitMs of [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]) {
    if (name && (!crossing || world.paths.crossing.last)) return name
    await p.sleep(waitMs)
  }
  return null
}

async function client(world: World, p: Process, options: Options): Promise<number> {
  const name = await connect(world, p, options)
  if (!name) {
    p.error('iperf3: error - unable to connect to server: Connection timed out\n')
    return 1
  }
  const server = world.iperfServers.get(`${name} ${options.port}`)
  if (!server) {
    p.error('iperf3: error - unable to connect to server: Connection refused\n')
    return 1
  }
  if (server.client?.alive) {
    p.error('iperf3: error - the server is busy running a test. try again later\n')
    return 1
  }
  server.client = p
  p.atEnd(() => {
    if (server.client === p) server.client = null
  })
  await p.sleep(2 + world.options.rttMs * 3)
  return new Test(world, p, options).run()
}

class Test {
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
    const bitPerS = options.bitPerS ?? world.options.linkBitPerS / options.parallel
    this.streams = flows.map((each) => new Stream(world, each, this.startMs, bitPerS))
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
