import { nowMs, scheduler } from '../core/scheduler'
import type { Machine } from './machine'
import type { Sink, Source } from './streams'

export const SIGNALS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
} as const
export type Signal = keyof typeof SIGNALS

/** Reads "INT", "SIGINT" or "2". */
export function parseSignal(text: string): Signal | null {
  const name = text.toUpperCase().replace(/^SIG/, '')
  if (name in SIGNALS) return name as Signal
  const entry = Object.entries(SIGNALS).find(([, number]) => String(number) === text)
  return entry ? (entry[0] as Signal) : null
}

export type Program = (p: Process) => Promise<number>

/** Thrown inside a program whose process was killed; nobody catches it but the kernel. */
export class Killed extends Error {}
/** `execve` failed: there is no such program. */
export class NotFound extends Error {
  constructor(readonly program: string) {
    super(`${program}: not found`)
  }
}

export type Io = { stdin: Source; stdout: Sink; stderr: Sink }
export type ProcessOptions = {
  machine: Machine
  args: string[]
  env: Record<string, string>
  cwd: string
  io: Io
  parent: Process | null
}

/** One simulated process: what ps shows, pkill finds and an SSH channel talks to. */
export class Process {
  readonly pid: number
  readonly machine: Machine
  /** Pid of the one that began the session: what a terminal's keys reach. */
  session: number
  parent: Process | null
  args: string[]
  env: Record<string, string>
  cwd: string
  io: Io
  readonly startedAtMs = nowMs()
  readonly handlers = new Map<Signal, () => void>()
  readonly ignored = new Set<Signal>()
  exitCode: number | null = null
  /** It ended by a signal. */
  killed = false
  readonly exited: Promise<number>
  private resolveExit: (code: number) => void = () => {}
  private readonly onDeath = new Set<() => void>()

  constructor(options: ProcessOptions) {
    this.machine = options.machine
    this.pid = options.machine.nextPid()
    this.parent = options.parent
    this.session = options.parent?.session ?? this.pid
    this.args = options.args
    this.env = options.env
    this.cwd = options.cwd
    this.io = options.io
    this.exited = new Promise((resolve) => {
      this.resolveExit = resolve
    })
    this.io.stdout.retain()
    this.io.stderr.retain()
    this.machine.processes.set(this.pid, this)
  }

  get alive(): boolean {
    return this.exitCode === null
  }

  write(text: string): void {
    this.put(this.io.stdout, text)
  }

  error(text: string): void {
    this.put(this.io.stderr, text)
  }

  /** To a reader of bytes (an SSH channel); false where standard output is none. */
  writeBytes(bytes: Uint8Array): boolean {
    const { stdout } = this.io
    if (!stdout.writeBytes) return false
    if (this.alive && stdout.broken) this.kill('PIPE')
    else if (this.alive) stdout.writeBytes(bytes)
    return true
  }

  private put(sink: Sink, text: string): void {
    if (!this.alive || text === '') return
    if (sink.broken) this.kill('PIPE')
    else sink.write(text)
  }

  kill(signal: Signal): void {
    if (!this.alive) return
    const handler = this.handlers.get(signal)
    if (signal === 'KILL') this.die('KILL')
    else if (handler) handler()
    else if (!this.ignored.has(signal) && !['CHLD', 'CONT', 'STOP'].includes(signal)) this.die(signal)
  }

  private die(signal: Signal): void {
    this.killed = true
    this.end(128 + SIGNALS[signal])
  }

  /** Ends the process; pending `within` calls throw Killed. */
  end(code: number): void {
    if (!this.alive) return
    this.exitCode = code
    this.machine.processes.delete(this.pid)
    for (const stop of [...this.onDeath]) stop()
    this.onDeath.clear()
    this.io.stdout.release()
    this.io.stderr.release()
    this.resolveExit(code)
  }

  /** Runs `stop` when the process ends for whatever reason. */
  atEnd(stop: () => void): () => void {
    if (!this.alive) stop()
    else this.onDeath.add(stop)
    return () => this.onDeath.delete(stop)
  }

  /** Settles as `promise` does, or throws Killed when this process ends first. */
  within<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const forget = this.atEnd(() => reject(new Killed()))
      promise.then(
        (value) => {
          forget()
          resolve(value)
        },
        (error) => {
          forget()
          reject(error)
        },
      )
    })
  }

  /** Sleeps until the lab's clock shows `timeMs`. */
  until(timeMs: number): Promise<void> {
    return this.within(new Promise((resolve) => scheduler.at(timeMs, () => resolve())))
  }

  sleep(ms: number): Promise<void> {
    return this.until(nowMs() + ms)
  }

  /** Starts a child; throws NotFound. */
  spawn(args: string[], overrides: Partial<Omit<ProcessOptions, 'parent' | 'args'>> = {}): Process {
    const machine = overrides.machine ?? this.machine
    const program = machine.resolve(args[0] ?? '')
    if (!program) throw new NotFound(args[0] ?? '')
    return this.fork(args, program, overrides)
  }

  /** Starts a child that runs `program` under the name `args`. */
  fork(args: string[], program: Program, overrides: Partial<Omit<ProcessOptions, 'parent' | 'args'>> = {}): Process {
    const child = new Process({
      machine: overrides.machine ?? this.machine,
      args,
      env: overrides.env ?? { ...this.env },
      cwd: overrides.cwd ?? this.cwd,
      io: overrides.io ?? this.io,
      parent: this,
    })
    run(child, program)
    return child
  }

  /** Cuts it off from its parent, as init does with what is left alone. */
  orphan(): void {
    this.parent = null
  }

  /** Becomes another program: same pid, new arguments. Throws NotFound. */
  exec(args: string[]): Promise<number> {
    const program = this.machine.resolve(args[0] ?? '')
    if (!program) throw new NotFound(args[0] ?? '')
    this.args = args
    this.handlers.clear()
    return program(this)
  }

  /** The process's clock, epoch ms: the machine's, offset included. */
  now(): number {
    return this.machine.clockMs()
  }
}

/** Lets a program run to its end in a process. */
export function run(process: Process, program: Program): void {
  Promise.resolve()
    .then(() => (process.alive ? program(process) : 137))
    .then(async (code) => {
      await process.io.stdout.flush()
      await process.io.stderr.flush()
      process.end(code)
    })
    .catch((error: unknown) => {
      if (error instanceof Killed) return
      process.error(`${process.args[0]}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.end(error instanceof NotFound ? 127 : 70)
    })
}
