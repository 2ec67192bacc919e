import { nowMs, scheduler, type Task } from '../core/scheduler'
import { Machine } from '../machine/machine'
import { Process, run } from '../machine/process'
import { nullSink, nullSource } from '../machine/streams'
import { VmConsole } from './console'
import { Impairment } from './impairment'
import { EMULATOR, GOOD_FILE, GUESTS, type Guest, LINKS, type VmPlace } from './topology'
import { readWcfg, type SimFn } from './wcfg'
import type { WanWorld } from './world'

/** A file in force: read once, by one emulator process. */
type Emulator = {
  file: string
  functions: Map<string, SimFn[]>
  directions: Record<Guest, Impairment>
  isReady: boolean
}

/** What the team keeps on the WANulators. */
const GOOD = `<!DOCTYPE WANulatorConfigXML>
<WANulatorConfigV2 NetworkMode="0">
${GUESTS.map(
  (name) =>
    ` <Interface Name="${name}" UseDHCP="0" IpAddr="0.0.0.0" IpMask="255.255.255.0">\n  <SimFn Type="6">\n   <Params Speed="0"/>\n  </SimFn>\n </Interface>\n`,
).join('')}</WANulatorConfigV2>
`

/** A WANulator: a VM that lives in its memory. Its file system is gone when it stops. */
export class Vm {
  machine: Machine
  readonly console: VmConsole
  /** Process of QEMU on the PVE host; null: off. */
  pid: number | null = null
  private readonly emulators = new Map<Process, Emulator>()
  private booting: Task | null = null

  constructor(
    readonly world: WanWorld,
    readonly place: VmPlace,
  ) {
    this.machine = this.newMachine()
    this.console = new VmConsole(this)
  }

  get isRunning(): boolean {
    return this.pid !== null
  }

  /** Interfaces that lead anywhere: without them it does nothing that anybody sees. */
  get isHooked(): boolean {
    return LINKS.some(({ vm }) => vm === this.place.vm)
  }

  private newMachine(): Machine {
    const files = { [EMULATOR]: '\x7fELF\n', '/proc/.keep': '' }
    return new Machine('wanulator', 'wanulator', this.world.nextPid, (m, name) => this.world.programOn(m, name), files)
  }

  /** As it is found at the start of the lab: booted, with the team's good file in force. */
  async settle(): Promise<void> {
    this.pid = this.world.nextPid()
    this.console.boot(0)
    await this.machine.fs.writeFile(GOOD_FILE, GOOD)
    this.startEmulator(GOOD_FILE)
  }

  start(): void {
    this.pid = this.world.nextPid()
    this.machine = this.newMachine()
    const bootMs = nowMs() + this.world.options.bootMs
    this.console.boot(this.world.options.bootMs)
    this.booting = scheduler.at(bootMs, () => {})
    this.world.record(nowMs(), 'vm', { vm: this.place.vm, running: true })
  }

  stop(): void {
    scheduler.runDue()
    scheduler.cancel(this.booting)
    this.pid = null
    this.console.off()
    this.machine.killAll()
    this.world.record(nowMs(), 'vm', { vm: this.place.vm, running: false })
    this.review()
  }

  /** Starts an emulator as init would: nobody's child. */
  startEmulator(file: string): void {
    const io = { stdin: nullSource, stdout: nullSink, stderr: nullSink }
    const args = [EMULATOR, '-dc', file]
    const process = new Process({ machine: this.machine, args, env: {}, cwd: '/root', io, parent: null })
    run(process, (p) => p.exec(args))
  }

  killEmulators(): void {
    for (const process of [...this.emulators.keys()]) process.kill('KILL')
  }

  /** An emulator has read its file; it passes packets on from `readyMs`. False: it cannot read it. */
  attach(process: Process, file: string, text: string, readyMs: number): boolean {
    const functions = readWcfg(text)
    if (!functions) return false
    const direction = (guest: Guest) => new Impairment(functions.get(guest) ?? [], this.world.random)
    const directions = { ens18: direction('ens18'), ens19: direction('ens19') }
    const emulator: Emulator = { file, functions, directions, isReady: false }
    this.emulators.set(process, emulator)
    process.atEnd(() => {
      // What was due before it ended has still passed, however late node's timers are.
      scheduler.runDue()
      this.emulators.delete(process)
      this.bridgeMessage('disabled')
      this.review()
    })
    scheduler.at(readyMs, (at) => {
      if (!process.alive) return
      emulator.isReady = true
      this.bridgeMessage('forwarding')
      this.review(at)
    })
    return true
  }

  private bridgeMessage(state: string): void {
    if (!this.world.options.kernelMessages || !this.isRunning) return
    for (const [i, guest] of GUESTS.entries())
      this.console.kernel(`br0: port ${i + 1}(${guest}) entered ${state} state`)
  }

  /** Functions in force per interface, of each emulator that passes packets on. */
  inForce(): Record<string, SimFn[]>[] {
    return [...this.emulators.values()]
      .filter(({ isReady }) => isReady)
      .map(({ functions }) => Object.fromEntries(functions))
  }

  private review(atMs = nowMs()): void {
    for (const link of LINKS) if (link.vm === this.place.vm) this.world.reviewLink(link, atMs)
  }

  /** When a packet that leaves on an interface is through; null: never. Each emulator does its part. */
  pass(guest: Guest, bytes: number, atMs: number): number | null {
    if (!this.isRunning) return null
    let leavesMs: number | null = null
    for (const { directions, isReady } of this.emulators.values()) {
      if (!isReady) continue
      leavesMs = directions[guest].pass(bytes, leavesMs ?? atMs)
      if (leavesMs === null) return null
    }
    return leavesMs
  }
}
