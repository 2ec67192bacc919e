import { nowMs, scheduler, type Task } from '../../core/scheduler'
import type { Process, Program } from '../../machine/process'
import type { WanWorld } from '../world'
import { echoWay } from './echoes'

const VERSION = 'fping: Version 5.1\nfping: comments to david@schweikert.ch\n'

type Options = {
  address: string
  /** null: for ever (-l). */
  count: number | null
  periodMs: number
  timeoutMs: number
  bytes: number
  stamps: boolean
  quiet: boolean
}

function optionsOf(args: readonly string[]): Options | null {
  const values = new Map<string, string>()
  let address = ''
  let letters = ''
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    const [, flag = '', rest = ''] = /^-(\w)(.*)$/.exec(arg) ?? []
    if ('cCpitbBHIOrSQ'.includes(flag) && flag !== '') values.set(flag, rest || (args[++i] ?? ''))
    else if (arg.startsWith('-')) letters += arg
    else address = arg
  }
  const number = (flag: string, otherwise: number): number => (values.has(flag) ? Number(values.get(flag)) : otherwise)
  const periodMs = Math.max(number('p', 1000), number('i', 10))
  const loops = letters.includes('l')
  if (address === '' || !(loops || values.has('c') || values.has('C'))) return null
  return {
    ...{ address, periodMs, bytes: number('b', 56), stamps: letters.includes('D'), quiet: letters.includes('q') },
    count: loops ? null : number('c', number('C', 1)),
    timeoutMs: number('t', Math.min(periodMs, 2000)),
  }
}

/** Three digits, as fping's sprint_tm. */
const timeText = (ms: number): string => ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0)

/** `fping [-D] -l|-c N [-p MS] [-t MS] [-b BYTES] ADDRESS` of version 5.1. */
export const fping =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args.includes('-v')) {
      p.write(VERSION)
      return 0
    }
    const options = optionsOf(p.args.slice(1))
    if (!options) {
      p.error('Usage: fping [options] [targets...]\n')
      return 1
    }
    return new Run(world, p, options).start()
  }

/** One running fping. */
class Run {
  private sent = 0
  private received = 0
  private totalMs = 0
  private minMs = Number.POSITIVE_INFINITY
  private maxMs = 0
  private settled = 0
  private next: Task | null = null
  private finish: (code: number) => void = () => {}
  private readonly send

  constructor(
    world: WanWorld,
    private readonly p: Process,
    private readonly options: Options,
  ) {
    this.send = echoWay(world, options.address, options.bytes)
  }

  start(): Promise<number> {
    const { p } = this
    const done = new Promise<number>((resolve) => {
      this.finish = resolve
    })
    p.handlers.set('INT', () => this.end())
    p.atEnd(() => scheduler.cancel(this.next))
    this.request(nowMs() + 0.5)
    return p.within(done)
  }

  private request(atMs: number): void {
    this.next = scheduler.at(atMs, () => {
      const { count, periodMs, timeoutMs } = this.options
      const index = this.sent++
      let isOver = false
      const settle = (run: () => void) => {
        if (isOver || !this.p.alive) return
        isOver = true
        this.settled++
        run()
        if (count !== null && this.settled >= count) this.end()
      }
      const late = scheduler.at(atMs + timeoutMs, (at) => settle(() => this.line(at, `[${index}], timed out`)))
      this.send({ id: this.p.pid & 0xffff, sequence: index & 0xffff, sendMs: atMs }, (echo) => {
        if (echo.kind !== 'reply' || echo.atMs - atMs > timeoutMs) return
        scheduler.cancel(late)
        settle(() => this.answered(index, echo.atMs, echo.atMs - atMs))
      })
      if (count === null || this.sent < count) this.request(atMs + periodMs)
    })
  }

  private answered(index: number, atMs: number, rttMs: number): void {
    this.received++
    this.totalMs += rttMs
    this.minMs = Math.min(this.minMs, rttMs)
    this.maxMs = Math.max(this.maxMs, rttMs)
    this.line(atMs, `[${index}], ${this.options.bytes + 8} bytes, ${timeText(rttMs)} ms`)
  }

  private get lossPercent(): number {
    return Math.floor(((this.settled - this.received) * 100) / Math.max(1, this.settled))
  }

  private line(atMs: number, text: string): void {
    if (this.options.quiet) return
    const stamp = this.options.stamps ? `[${((atMs + this.p.machine.clockOffsetMs) / 1000).toFixed(5)}] ` : ''
    const average = this.received > 0 ? timeText(this.totalMs / this.received) : 'NaN'
    this.p.write(`${stamp}${this.options.address} : ${text} (${average} avg, ${this.lossPercent}% loss)\n`)
  }

  private end(): void {
    scheduler.cancel(this.next)
    const { p, received, settled, options } = this
    if (received === 0 && !options.quiet) p.write(`${options.address} is unreachable\n`)
    const times =
      received > 0 ? `, min/avg/max = ${[this.minMs, this.totalMs / received, this.maxMs].map(timeText).join('/')}` : ''
    p.error(`\n${options.address} : xmt/rcv/%loss = ${settled}/${received}/${this.lossPercent}%${times}\n`)
    this.finish(received > 0 ? 0 : 1)
    this.finish = () => {}
    this.end = () => {}
  }
}
