import { MIN_INTERVAL_MS } from '../core/ping-gaps'
import { nowMs } from '../core/scheduler'
import type { Process, Program } from '../machine/process'
import type { Echo } from '../world/echo'
import { PingLoop } from './ping-loop'
import { PingStatistics, roundTripText } from './ping-statistics'
import type { PingWorld, SendEcho } from './ping-world'

const VERSION =
  'ping from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n'

type Options = {
  stamps: boolean
  outstanding: boolean
  quiet: boolean
  intervalMs: number
  count: number
  lingerMs: number
  deadlineMs: number
  size: number
  address: string
}

function parseArgs(args: string[]): Options | string {
  const options: Options = {
    stamps: false,
    outstanding: false,
    quiet: false,
    intervalMs: 1000,
    count: 0,
    lingerMs: 10_000,
    deadlineMs: 0,
    size: 56,
    address: '',
  }
  const withValue = 'iIcWwstQpMmlF'
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    if (!arg.startsWith('-')) {
      options.address = arg
      continue
    }
    for (let k = 1; k < arg.length; k++) {
      const flag = arg[k] as string
      if (withValue.includes(flag)) {
        const value = arg.slice(k + 1) || (args[++i] ?? '')
        const number = Number(value)
        if (flag !== 'I' && flag !== 'p' && flag !== 'M' && !Number.isFinite(number))
          return `ping: invalid argument: '${value}'`
        if (flag === 'i') options.intervalMs = Math.trunc(number * 1000)
        if (flag === 'c') options.count = number
        if (flag === 'W') options.lingerMs = number * 1000
        if (flag === 'w') options.deadlineMs = number * 1000
        if (flag === 's') options.size = number
        break
      }
      if (flag === 'D') options.stamps = true
      if (flag === 'O') options.outstanding = true
      if (flag === 'q') options.quiet = true
    }
  }
  return options
}

/** `ping`, as iputils 20221126 prints it and with its spacing. */
export const ping =
  (world: PingWorld): Program =>
  async (p) => {
    if (p.args.includes('-V')) {
      p.write(VERSION)
      return 0
    }
    const options = parseArgs(p.args.slice(1))
    if (typeof options === 'string' || options.address === '') {
      p.error(typeof options === 'string' ? `${options}\n` : 'ping: usage error: Destination address required\n')
      return options === '' ? 2 : 1
    }
    if (!/^\d+(\.\d+){3}$/.test(options.address)) {
      p.error(`ping: ${options.address}: Name or service not known\n`)
      return 2
    }
    const send = world.route(p.machine, options.address, options.size)
    if (!send) {
      p.error('ping: connect: Network is unreachable\n')
      return 2
    }
    p.write(`PING ${options.address} (${options.address}) ${options.size}(${options.size + 28}) bytes of data.\n`)
    return new Session(world, p, options, send).run()
  }

/** One running ping: prints what the loop sends and what comes back. */
class Session {
  private readonly statistics: PingStatistics
  private readonly loop: PingLoop
  private readonly tag: string
  private finish: (code: number) => void = () => {}

  constructor(
    private readonly world: PingWorld,
    private readonly p: Process,
    private readonly options: Options,
    send: SendEcho,
  ) {
    this.statistics = new PingStatistics(nowMs())
    this.tag = tagOf(p)
    this.loop = new PingLoop(
      world,
      p,
      { ...options, send, id: p.pid & 0xffff },
      {
        outstanding: (sequence, atMs) =>
          this.line('no-answer', sequence, atMs, `no answer yet for icmp_seq=${sequence % 65536}`),
        sent: (sequence, atMs) => this.statistics.sent(sequence, atMs),
        answer: (echo, sequence, sentMs, printedMs) => this.answer(echo, sequence, sentMs, printedMs),
        lastSent: () => this.lastSent(),
      },
    )
  }

  run(): Promise<number> {
    const { p } = this
    const done = new Promise<number>((resolve) => {
      this.finish = resolve
    })
    const interrupt = () => this.end()
    p.handlers.set('INT', interrupt)
    p.handlers.set('QUIT', () => p.error(`\r${this.statistics.short()}\n`))
    p.atEnd(() => this.loop.stop())
    if (this.options.deadlineMs > 0) p.sleep(this.options.deadlineMs).then(interrupt, () => {})
    this.loop.start(nowMs() + 0.3)
    return p.within(done)
  }

  private answer(echo: Echo, sequence: number, sentMs: number, printedMs: number): void {
    if (echo.kind === 'unreachable') {
      this.statistics.errors++
      this.line(
        'other',
        sequence,
        printedMs,
        `From ${echo.from} icmp_seq=${sequence % 65536} Destination Host Unreachable`,
      )
      if (this.options.deadlineMs > 0) this.end()
      return
    }
    const rttUs = Math.max(1, Math.round((echo.atMs - sentMs) * 1000))
    this.statistics.received(sequence, rttUs, echo.duplicate)
    const text = `${this.options.size + 8} bytes from ${this.options.address}: icmp_seq=${sequence % 65536} ttl=${echo.ttl} time=${roundTripText(rttUs)} ms${echo.duplicate ? ' (DUP!)' : ''}`
    if (!this.options.quiet) this.line('reply', sequence, printedMs, text)
    if (this.loop.complete) this.end()
  }

  private line(kind: 'reply' | 'no-answer' | 'other', sequence: number, atMs: number, text: string): void {
    const stampMs = atMs + this.p.machine.clockOffsetMs
    const us = Math.round(stampMs * 1000)
    const stamp = `[${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}] `
    this.p.write(`${this.options.stamps ? stamp : ''}${text}\n`)
    this.world.sentLines()?.push({ tag: this.tag, kind, sequence, stampMs: us / 1000, writtenMs: nowMs() })
  }

  /** All `-c` requests are out: wait for stragglers as long as the real one does. */
  private lastSent(): void {
    const { maxUs } = this.statistics
    const waitMs = maxUs > 0 ? Math.max((2 * maxUs) / 1000, this.options.intervalMs) : this.options.lingerMs
    this.p.sleep(Math.max(waitMs, MIN_INTERVAL_MS)).then(
      () => this.end(),
      () => {},
    )
  }

  private end(): void {
    this.loop.stop()
    this.p.write(`\n--- ${this.options.address} ping statistics ---\n${this.statistics.summary()}\n`)
    this.finish(this.statistics.receivedCount > 0 ? 0 : 1)
    this.finish = () => {}
    this.end = () => {}
  }
}

/** The run tag of the command that this ping belongs to, for the latency bench. */
function tagOf(p: Process): string {
  for (let at: Process | null = p; at; at = at.parent) {
    const tag = at.env.FAILOVER_LAB_RUN ?? at.args.find((a) => a.startsWith('FAILOVER_LAB_RUN='))?.slice(17)
    if (tag) return tag
  }
  return String(p.pid)
}
