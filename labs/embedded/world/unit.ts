import { nowMs, scheduler } from '../core/scheduler'
import type { Machine } from '../machine/machine'
import { Process, run } from '../machine/process'
import { nullSink, nullSource } from '../machine/streams'

export type UnitState = 'active' | 'activating' | 'deactivating' | 'inactive' | 'failed'
type Hooks = { startMs: () => number; up: (atMs: number) => void; down: (atMs: number, clean: boolean) => void }

const sleep = (ms: number): Promise<void> => new Promise((resolve) => scheduler.at(nowMs() + ms, () => resolve()))

/** A systemd unit with one daemon in it. */
export class Unit {
  state: UnitState = 'inactive'
  result = 'success'
  process: Process | null = null
  activeSinceMs = 0
  inactiveSinceMs = 0
  startedAtMs = 0
  enabled = true

  constructor(
    readonly name: string,
    private readonly machine: Machine,
    private readonly hooks: Hooks,
  ) {}

  get mainPid(): number {
    return this.process?.alive ? this.process.pid : 0
  }

  /** Starts without a delay, as if it had always been running; `announce` tells the cluster. */
  startNow(atMs: number, announce: boolean): void {
    const process = new Process({
      machine: this.machine,
      args: [`/usr/local/sbin/${this.name}`, '-config', '/etc/bpfrx/bpfrx.conf'],
      env: {},
      cwd: '/',
      io: { stdin: nullSource, stdout: nullSink, stderr: nullSink },
      parent: null,
    })
    this.process = process
    this.state = 'active'
    this.result = 'success'
    this.activeSinceMs = atMs
    process.handlers.set('TERM', () => process.end(0))
    run(process, (p) => p.within(new Promise<number>(() => {})))
    process.atEnd(() => this.ended(process))
    this.machine.log(this.name, 'systemd', 1, `Started ${this.name}.service - ${this.name} cluster firewall.`, atMs)
    if (announce) this.hooks.up(atMs)
  }

  private ended(process: Process): void {
    if (this.process !== process || !this.machine.running) return
    scheduler.runDue()
    const now = nowMs()
    const killed = process.exitCode !== 0
    this.hooks.down(now, !killed)
    this.inactiveSinceMs = now
    if (killed) {
      this.state = 'failed'
      this.result = 'signal'
      const signal = (process.exitCode ?? 137) - 128
      this.machine.log(
        this.name,
        'systemd',
        1,
        `${this.name}.service: Main process exited, code=killed, status=${signal}/${signal === 9 ? 'KILL' : signal}`,
        now,
        5,
      )
      this.machine.log(this.name, 'systemd', 1, `${this.name}.service: Failed with result 'signal'.`, now, 4)
    } else if (this.state !== 'deactivating') this.state = 'inactive'
  }

  async start(): Promise<void> {
    if (this.state === 'active' || this.state === 'activating') return
    this.state = 'activating'
    this.startedAtMs = nowMs()
    this.machine.log(this.name, 'systemd', 1, `Starting ${this.name}.service - ${this.name} cluster firewall...`)
    await sleep(this.hooks.startMs())
    if (this.state !== 'activating' || !this.machine.running) return
    scheduler.runDue()
    this.startNow(nowMs(), true)
  }

  async stop(): Promise<void> {
    if (this.state !== 'active') {
      if (this.state === 'activating') this.state = 'inactive'
      return
    }
    this.machine.log(this.name, 'systemd', 1, `Stopping ${this.name}.service - ${this.name} cluster firewall...`)
    this.state = 'deactivating'
    this.process?.kill('TERM')
    await sleep(30)
    if (this.state !== 'deactivating') return
    this.state = 'inactive'
    this.inactiveSinceMs = nowMs()
    this.machine.log(this.name, 'systemd', 1, `${this.name}.service: Deactivated successfully.`)
    this.machine.log(this.name, 'systemd', 1, `Stopped ${this.name}.service - ${this.name} cluster firewall.`)
  }

  /** The machine lost its power: no clean end, no journal. */
  lost(): void {
    const wasActive = this.process?.alive ?? false
    this.process = null
    this.state = 'inactive'
    this.inactiveSinceMs = nowMs()
    if (wasActive) this.hooks.down(nowMs(), false)
  }
}
