import type { EventBody } from '../domain/event'
import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster } from '../domain/lab'
import type { Connections } from '../drivers/at'
import { asAppError } from '../errors'
import { hideSecrets } from '../transport/redact'
import type { ExecResult, Remote, StreamEnd } from '../transport/remote'

const OUTPUT_DELAY_MS = 500

/** How a command ended that has no process, or whose end nobody saw. */
const DONE: StreamEnd = { exitCode: 0, signal: null }
const NO_END: StreamEnd = { exitCode: null, signal: null }

type Aside = { lines?: string | null; stepId?: string }

type Command = { id: string; first: boolean; startedMs: number; last: { stdout: string; stderr: string } }

/** The place that an argv for the container host leads to: the instance named after `exec`, else the host. */
export function placeOf(lab: AnyLab, host: string, argv: readonly string[]): Place {
  if (!hasCluster(lab)) return { host }
  const { command } = lab.containers
  for (let at = 0; at + command.length + 1 < argv.length; at++) {
    if (argv[at + command.length] !== 'exec' || command.some((word, i) => argv[at + i] !== word)) continue
    const instance = argv[at + command.length + 1]
    if (instance !== undefined && lab.instances.some((i) => i.name === instance)) return { instance }
  }
  return { host }
}

/**
 * Puts every command that goes through a Remote into the run's events: once per step and argv, with its output
 * verbatim; what is repeated (polls) adds output only when it changed.
 */
export class Recorder {
  stepId = 'start'
  readonly #commands = new Map<string, Command>()
  readonly #ofStream = new Map<string, string>()
  readonly #waiting = new Map<string, { commandId: string; from: 'stdout' | 'stderr'; text: string }>()
  #timer: NodeJS.Timeout | undefined
  #secrets: readonly string[] = []

  constructor(
    private readonly lab: AnyLab,
    private readonly emit: (body: EventBody) => void,
  ) {}

  /** The id that a command of the current step was recorded under; null when it was not run. */
  idOf({ host, argv }: { host: string; argv: readonly string[] }): string | null {
    return this.#commands.get(JSON.stringify([this.stepId, host, argv]))?.id ?? null
  }

  /** A line of the command behind a sample stream that its samples do not carry; told together with its neighbours. */
  line(stream: string, line: string, from: 'stdout' | 'stderr'): void {
    const commandId = this.#ofStream.get(stream)
    if (!commandId) return
    const key = `${commandId} ${from}`
    const waiting = this.#waiting.get(key)
    if (waiting) waiting.text += `${line}\n`
    else {
      this.#waiting.set(key, { commandId, from, text: `${line}\n` })
      this.#timer ??= setTimeout(() => this.flush(), OUTPUT_DELAY_MS)
    }
  }

  /** What was said on a line that one of our commands holds open, as its output. */
  said(commandId: string, text: string): void {
    this.#output(commandId, 'stdout', text)
  }

  /** Tells what lines still wait. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { commandId, from, text } of this.#waiting.values()) this.#output(commandId, from, text)
    this.#waiting.clear()
  }

  /**
   * The same connections, recorded; `stream` names where the sample lines of their streams go, `lines` where `line` finds
   * their command if there is no such stream, `stepId` a step beside the one that goes on.
   */
  connections(pool: Connections, stream: string | null = null, { lines = stream, stepId }: Aside = {}): Connections {
    this.#secrets = pool.secrets
    const on: Connections['on'] = (host, role) => this.#wrap(pool.on(host, role), stream, { lines, stepId })
    return { secrets: pool.secrets, on, behind: pool }
  }

  #wrap(remote: Remote, stream: string | null, { lines, stepId }: Aside): Remote {
    return {
      host: remote.host,
      exec: (argv, options) =>
        this.#watch(
          remote.host,
          argv,
          () => remote.exec(argv, options),
          (command, result) => this.#finish(command, result),
          stepId,
        ),
      stream: async (argv, options) => {
        const command = this.#begin(remote.host, argv, stream, stepId)
        if (lines) this.#ofStream.set(lines, command.id)
        const started = await remote.stream(argv, options).catch((error: unknown) => {
          this.#ended(command, NO_END, asAppError(error).message)
          throw error
        })
        started.done.then(
          (end) => this.#ended(command, end),
          (error: unknown) => this.#ended(command, NO_END, asAppError(error).message),
        )
        return started
      },
      shell: (options) => remote.shell(options),
      put: (path, data, mode) =>
        this.#watch(
          remote.host,
          ['sh', '-c', 'cat > "$1"', 'sh', path],
          () => remote.put(path, data, mode),
          (command) => {
            this.#output(command.id, 'stdout', `# ${path}, mode ${mode}:\n${String(data)}\n`)
            this.#ended(command, DONE)
          },
          stepId,
        ),
      get: (path) =>
        this.#watch(
          remote.host,
          ['cat', path],
          () => remote.get(path),
          (command) => this.#ended(command, DONE),
        ),
      close: () => remote.close(),
    }
  }

  async #watch<T>(
    host: string,
    argv: readonly string[],
    run: () => Promise<T>,
    done: (command: Command, result: T) => void,
    stepId?: string,
  ): Promise<T> {
    const command = this.#begin(host, argv, null, stepId)
    try {
      const result = await run()
      done(command, result)
      return result
    } catch (error) {
      this.#ended(command, NO_END, asAppError(error).message)
      throw error
    }
  }

  #begin(host: string, argv: readonly string[], stream: string | null, stepId = this.stepId): Command {
    const key = JSON.stringify([stepId, host, argv])
    const known = this.#commands.get(key)
    if (known) return { ...known, first: false }
    const command = {
      id: `c${this.#commands.size + 1}`,
      first: true,
      startedMs: Date.now(),
      last: { stdout: '', stderr: '' },
    }
    this.#commands.set(key, command)
    this.emit({
      kind: 'command-started',
      commandId: command.id,
      stepId,
      command: { place: placeOf(this.lab, host, argv), host, argv: argv.map((word) => this.#hide(word)) },
      stream,
    })
    return command
  }

  #finish(command: Command, result: ExecResult): void {
    for (const from of ['stdout', 'stderr'] as const) {
      if (result[from] !== command.last[from]) this.#output(command.id, from, result[from])
      command.last[from] = result[from]
    }
    this.#ended(command, result)
  }

  #output(commandId: string, from: 'stdout' | 'stderr', text: string): void {
    if (text !== '') this.emit({ kind: 'output', commandId, from, text: this.#hide(text) })
  }

  /** Also what we sent ourselves may hold a password: a script, a file that was copied. */
  #hide(text: string): string {
    return hideSecrets(text, this.#secrets)
  }

  #ended(command: Command, { exitCode, signal }: StreamEnd, error: string | null = null): void {
    if (!command.first) return
    this.emit({
      kind: 'command-ended',
      commandId: command.id,
      exitCode,
      signal,
      durationMs: Math.max(0, Date.now() - command.startedMs),
      error,
    })
  }
}
