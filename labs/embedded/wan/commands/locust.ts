import { nowMs } from '../../core/scheduler'
import type { Process, Program } from '../../machine/process'
import type { WanWorld } from '../world'
import { get, type HttpTarget, targetOf } from './http'
import { HISTORY_HEAD, LocustStats } from './locust-stats'

const VERSION = 'locust 2.32.4 from /usr/local/lib/python3.11/dist-packages/locust (Python 3.11.2)\n'
type Options = {
  file: string
  host: string | null
  users: number
  spawnPerS: number
  lengthMs: number
  csv: string | null
  fullHistory: boolean
}

/** What a locustfile asks for, as far as it is read here: any address in it, the wait between requests, their timeout. */
type Plan = { targets: HttpTarget[]; waitMs: [number, number]; timeoutMs: number }

/** "4m", "90s", "1h30m" or seconds. */
function lengthOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const [, h = '0', m = '0', s = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  return ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000
}

function optionsOf(args: readonly string[]): Options | string {
  const value = (...names: string[]): string | undefined => {
    for (const [i, arg] of args.entries()) {
      const [name = '', inline] = arg.split(/=(.*)/s)
      if (names.includes(name)) return inline ?? args[i + 1]
    }
    return undefined
  }
  if (!args.includes('--headless')) return 'this lab has no browser for the web interface: --headless'
  return {
    ...{ file: value('-f', '--locustfile') ?? 'locustfile.py', csv: value('--csv') ?? null },
    host: value('-H', '--host') ?? null,
    ...{ users: Number(value('-u', '--users') ?? 1), spawnPerS: Number(value('-r', '--spawn-rate') ?? 1) },
    ...{ lengthMs: lengthOf(value('-t', '--run-time') ?? '') || Number.POSITIVE_INFINITY },
    fullHistory: args.includes('--csv-full-history'),
  }
}

/** A number that the file sets ("locust.stats.CSV_STATS_FLUSH_INTERVAL_SEC = 1"). */
const constantIn = (text: string, name: string, otherwise: number): number =>
  Number(new RegExp(`${name}\\s*=\\s*([\\d.]+)`).exec(text)?.[1] ?? otherwise)

function planOf(text: string, host: string | null, waitMs: number): Plan | null {
  const urls = host === null ? (text.match(/https?:\/\/[\d.]+(?::\d+)?/g) ?? []) : [host]
  const targets = urls.flatMap((url) => targetOf(url) ?? [])
  if (targets.length === 0) return null
  const [, least, most = least] = /\b(?:between|constant)\(([\d.]+)(?:, *([\d.]+))?\)/.exec(text) ?? []
  const timeoutMs = 1000 * Number(/timeout=([\d.]+)/.exec(text)?.[1] ?? 60)
  return {
    targets,
    timeoutMs,
    waitMs: least === undefined ? [waitMs, waitMs] : [1000 * Number(least), 1000 * Number(most)],
  }
}

/** `locust --headless -f FILE -H URL -u N -r N -t TIME [--csv PREFIX]`: users that ask, and its CSV files. */
export const locust =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args.includes('-V') || p.args.includes('--version')) {
      p.write(VERSION)
      return 0
    }
    const options = optionsOf(p.args.slice(1))
    if (typeof options === 'string') {
      p.error(`${options}\n`)
      return 1
    }
    const { fs } = p.machine
    const text = await fs.readFile(fs.resolvePath(p.cwd, options.file)).catch(() => null)
    if (text === null) {
      p.error(
        `Could not find '${options.file}'. Ensure your locustfile ends with '.py' or is a directory with locustfiles.\n`,
      )
      return 1
    }
    const plan = planOf(text, options.host, world.options.httpWaitMs)
    if (!plan) {
      p.error(
        'You must specify the base host. Either in the host attribute on the User class, or on the command line.\n',
      )
      return 1
    }
    return new Run(world, p, options, { ...plan, text }).start()
  }

/** One running locust. */
class Run {
  private readonly stats = new LocustStats()
  private readonly startMs = nowMs()
  private users = 0
  private isOver = false
  private unflushed = ''

  constructor(
    private readonly world: WanWorld,
    private readonly p: Process,
    private readonly options: Options,
    private readonly plan: Plan & { text: string },
  ) {}

  async start(): Promise<number> {
    const { p, options } = this
    const log = (name: string, message: string) => {
      const stamp = new Date(p.now()).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',')
      p.error(`[${stamp}] ${p.machine.name}/INFO/locust.${name}: ${message}\n`)
    }
    let interrupt = () => {}
    const interrupted = new Promise<void>((resolve) => {
      interrupt = resolve
    })
    for (const signal of ['INT', 'TERM'] as const) p.handlers.set(signal, interrupt)
    if (Number.isFinite(options.lengthMs)) log('main', `Run time limit set to ${options.lengthMs / 1000} seconds`)
    log('main', 'Starting Locust 2.32.4')
    log('runners', `Ramping to ${options.users} users at a rate of ${options.spawnPerS.toFixed(2)} per second`)
    await this.openFiles()
    this.spawn(() => log('runners', `All users spawned: {"WanUser": ${options.users}} (${options.users} total users)`))
    const writing = this.writeHistory()
    writing.catch(() => {})
    const ended = Number.isFinite(options.lengthMs) ? p.sleep(options.lengthMs) : new Promise<void>(() => {})
    ended.catch(() => {})
    await p.within(Promise.race([interrupted, ended]))
    this.isOver = true
    log('main', Number.isFinite(options.lengthMs) ? '--run-time limit reached, shutting down' : 'Got SIGTERM signal')
    await this.flush()
    p.write(this.stats.table())
    const code = this.stats.failures > 0 ? 1 : 0
    log('main', `Shutting down (exit code ${code})`)
    return code
  }

  private spawn(allSpawned: () => void): void {
    const { users, spawnPerS } = this.options
    for (let i = 0; i < users; i++) {
      const live = async () => {
        await this.p.sleep((i * 1000) / spawnPerS)
        this.users++
        if (this.users === users) allSpawned()
        for (let isFirst = true; !this.isOver; isFirst = false) {
          await this.request(isFirst)
          await this.p.sleep(this.world.random.uniform(...this.plan.waitMs))
        }
      }
      live().catch(() => {})
    }
  }

  private async request(connects: boolean): Promise<void> {
    const { targets, timeoutMs } = this.plan
    const { ms, failure } = await get(this.world, this.p, this.world.random.pick(targets), { connects, timeoutMs })
    if (failure === 'refused') await this.p.sleep(1)
    if (!this.isOver) this.stats.add(this.p.now(), ms, failure, failure ? 0 : this.world.options.httpBytes)
  }

  private file(name: string): string | null {
    const { csv } = this.options
    return csv === null ? null : this.p.machine.fs.resolvePath(this.p.cwd, `${csv}_${name}.csv`)
  }

  private async openFiles(): Promise<void> {
    const { fs } = this.p.machine
    const heads = this.stats.heads()
    for (const [name, head] of Object.entries({ ...heads, stats_history: HISTORY_HEAD })) {
      const path = this.file(name)
      if (path) await fs.writeFile(path, `${head}\r\n`)
    }
  }

  /** A row a second, that gets to the file with the next flush, as python's own buffer has it. */
  private async writeHistory(): Promise<void> {
    const everyMs = 1000 * constantIn(this.plan.text, 'CSV_STATS_INTERVAL_SEC', 1)
    const flushMs = 1000 * constantIn(this.plan.text, 'CSV_STATS_FLUSH_INTERVAL_SEC', 10)
    let flushedMs = Number.NEGATIVE_INFINITY
    for (let atMs = this.startMs; !this.isOver; atMs += everyMs) {
      await this.p.until(atMs)
      if (this.isOver) return
      this.unflushed += this.stats.history(this.p.now(), this.users, this.options.fullHistory)
      if (atMs - flushedMs <= flushMs) continue
      flushedMs = atMs
      await this.flush()
    }
  }

  private async flush(): Promise<void> {
    const { fs } = this.p.machine
    const history = this.file('stats_history')
    if (!history) return
    const { unflushed } = this
    this.unflushed = ''
    await fs.appendFile(history, unflushed)
    for (const [name, text] of Object.entries(this.stats.files(this.p.now(), this.startMs))) {
      const path = this.file(name)
      if (path) await fs.writeFile(path, text)
    }
  }
}
