import { randomBytes } from 'node:crypto'
import { AppError } from '../../errors'
import { onAbort } from '../../transport/abort'
import { delay } from '../../transport/retry'
import { ConsoleReader, type OpenLine, type Wait } from './console-reader'
import {
  beginLogin,
  type Credentials,
  type FoundState,
  onConsoleData,
  onConsoleQuiet,
  onLoginDeadline,
  type Reaction,
} from './login'
import { afterMark, type MarkedResult, marked, markedAppend, markedExit, readMarked } from './marked-command'
import { ENTER, INTERRUPT, type PromptName, promptAt } from './prompts'

/** A command that was typed on a console, for a run's record: nothing but socat shows on the host. */
export type TypedCommand = {
  argv: string[]
  /** null: its end did not come. */
  exitCode: number | null
  output: string
  durationMs: number
}

export type ConsoleOptions = {
  /** What engineers call it ("WANulator 103 on pve"). */
  name: string
  host: string
  credentials: Credentials
  signal?: AbortSignal
  onCommand?: (command: TypedCommand) => void
}

/** From the first key to a shell. */
const LOGIN_BUDGET_MS = 4500
/** Of one command, unless told. */
const COMMAND_MS = 4500
const LOGOUT_MS = 2500
/** A prompt behind "exit" counts once nothing came after it for so long: a banner may end in "#" for a moment. */
const SETTLE_MS = 120
/**
 * What is typed last when a login failed. Wedged: should the shell still come, out of it. Refused: that login is ended, so that
 * the next one does not meet what it asks now.
 */
const LAST_KEYS: ReadonlyMap<string | null, string> = new Map([
  ['console-wedged', `${INTERRUPT}exit${ENTER}`],
  ['console-auth', INTERRUPT],
])
/** For keys to get to the console before the line is closed. */
const LAST_KEYS_MS = 200
/** One in another, left there by somebody; the second "exit" is also for jobs that were stopped. */
const MAX_SHELLS = 4
/** Bytes of a file per command: with its echo below the 4,096 that a terminal's input holds. */
const CHUNK_BYTES = 750

const newNonce = (): string => randomBytes(6).toString('hex')

/**
 * A shell on a serial console. Get one with `openConsole`; end it with `logOut` on every path, or the next one finds it
 * logged in. One command at a time. Errors: `console-…`, `command-timeout`, `cancelled`.
 */
export class SerialConsole {
  readonly #reader = new ConsoleReader()
  /** More was typed than to wake it up: it may be logged in from then on. */
  #hasEntered = false
  /** How it was found. */
  found: FoundState = 'shell'

  constructor(private readonly options: ConsoleOptions) {}

  /** Opens the line and gets to a shell. Called by `openConsole`. */
  async start(open: OpenLine): Promise<void> {
    await this.#reader.open(open)
    this.found = await this.#logIn().catch(async (error: unknown) => {
      const code = error instanceof AppError ? error.code : null
      const keys = LAST_KEYS.get(code)
      if (keys && this.#hasEntered) {
        this.#reader.write(keys)
        await delay(LAST_KEYS_MS)
      }
      throw (code === 'console-dead' && (await this.#reader.explainSilence())) || error
    })
    if (!this.options.signal?.aborted) return
    await this.logOut().catch(() => {})
    throw this.#error('cancelled', 'cancelled')
  }

  /** Runs a command in the console's shell. Its exit code is a result, no error. */
  run(argv: readonly string[], timeoutMs = COMMAND_MS): Promise<MarkedResult> {
    const nonce = newNonce()
    return this.#ask(marked(argv, nonce), nonce, argv, timeoutMs)
  }

  /** Runs a command that must succeed; its output. Rejects with `command-failed`. */
  async must(argv: readonly string[], timeoutMs = COMMAND_MS): Promise<string> {
    const { exitCode, output } = await this.run(argv, timeoutMs)
    if (exitCode !== 0) throw this.#failed(`exit ${exitCode}`, argv.join(' '), output)
    return output
  }

  /** Writes a file, whole or not at all: by pieces, beside it, and compared with its checksum. Rejects with `command-failed`. */
  async push(path: string, data: Uint8Array, sha256: string): Promise<void> {
    const part = `${path}.part`
    const append = ['sh', '-c', 'base64 -d >>"$1"', 'sh', part]
    await this.must(['cp', '/dev/null', part])
    for (let from = 0; from < data.length; from += CHUNK_BYTES) {
      const nonce = newNonce()
      const text = markedAppend(part, data.subarray(from, from + CHUNK_BYTES), nonce)
      const { exitCode, output } = await this.#ask(text, nonce, append, COMMAND_MS)
      if (exitCode !== 0) throw this.#failed(`${path} cannot be written`, append.join(' '), output)
    }
    const found = await this.must(['sha256sum', '--', part])
    if (!found.includes(sha256)) throw this.#failed(`${path} did not arrive as it was sent`, 'sha256sum', found)
    await this.must(['mv', '-f', '--', part, path])
  }

  /**
   * Leaves the shell, and those that it stands in, and waits for the login prompt, so that the next one does not find it
   * logged in; then hangs up. Rejects with `command-timeout` when that does not come.
   */
  async logOut(): Promise<void> {
    if (this.#reader.isClosed) return
    try {
      for (let shells = 0; shells < MAX_SHELLS; shells++) if ((await this.#leave()) === 'login') return
      throw this.#error('command-timeout', 'the console did not log out')
    } finally {
      this.close()
    }
  }

  /** What runs in the shell is given some time, and then an interrupt. What is typed last stays: a late shell reads it. */
  async #leave(): Promise<PromptName> {
    const leave = (keys: string): Promise<PromptName> => {
      const nonce = newNonce()
      const prompt = (text: string) => {
        // A prompt before the mark is that of the command before: it may come behind the echo of what was typed ahead.
        const behind = afterMark(text, nonce)
        const found = promptAt(behind ?? text)
        return found === 'login' || (found === 'shell' && behind !== null) ? found : null
      }
      const wait = { ...this.#wait('the console did not log out', LOGOUT_MS), signal: null }
      return this.#reader.until(`${keys}${markedExit(nonce)}${ENTER}`, prompt, wait, SETTLE_MS)
    }
    return leave('').catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'command-timeout') return leave(INTERRUPT)
      throw error
    })
  }

  /** Hangs up, whatever the console is in. */
  close(): void {
    this.#reader.close()
  }

  /** @param argv what the text amounts to, for errors and the record */
  async #ask(text: string, nonce: string, argv: readonly string[], timeoutMs: number): Promise<MarkedResult> {
    const shown = argv.join(' ')
    // What is typed once is run.
    if (this.options.signal?.aborted) throw this.#error('cancelled', 'cancelled', shown)
    const startedMs = performance.now()
    const tell = (exitCode: number | null, output: string) =>
      this.options.onCommand?.({
        ...{ argv: [...argv], exitCode, output: this.#shown(output) },
        durationMs: performance.now() - startedMs,
      })
    const read = (seen: string) => {
      const result = readMarked(seen, nonce)
      if (!result && promptAt(seen) === 'login')
        throw this.#error('console-lost', 'somebody logged the console out', shown)
      return result
    }
    try {
      const wait = this.#wait(`no end of "${shown}"`, timeoutMs)
      const result = await this.#reader.until(`${text}${ENTER}`, read, wait)
      tell(result.exitCode, result.output)
      return result
    } catch (error) {
      tell(null, this.#reader.text)
      if (error instanceof AppError && ['command-timeout', 'cancelled'].includes(error.code))
        this.#reader.write(INTERRUPT)
      throw error
    }
  }

  #wait(what: string, timeoutMs: number): Wait {
    return {
      ...{ timeoutMs, signal: this.options.signal },
      late: () => this.#error('command-timeout', `${what} after ${timeoutMs / 1000} s`),
      cancelled: () => this.#error('cancelled', 'cancelled'),
    }
  }

  /** A cancel ends it as long as it was only woken up; after that it is gone through with, and `start` logs out. */
  #logIn(): Promise<FoundState> {
    const { credentials, signal } = this.options
    let reaction: Reaction = beginLogin(newNonce())
    let quiet: NodeJS.Timeout | undefined
    let unlisten = () => {}
    const late = () => {
      const { code, message, hint } = onLoginDeadline(reaction.state)
      return this.#error(code, message, undefined, hint)
    }
    const wait: Wait = { ...this.#wait('', LOGIN_BUDGET_MS), signal: null, late }
    const done = this.#reader.waiting<FoundState>(wait, (settle, listen) => {
      const follow = (next: Reaction) => {
        reaction = next
        if (next.state.phase !== 'looking') this.#hasEntered = true
        const { end, send, waitMs, isNoNews } = next
        if (isNoNews) return
        clearTimeout(quiet)
        if (end?.ok) return settle.resolve(end.found)
        if (end) return settle.reject(this.#error(end.code, end.message, undefined, end.hint))
        if (send !== undefined) this.#reader.write(send)
        quiet = setTimeout(() => follow(onConsoleQuiet(reaction.state, credentials)), waitMs)
      }
      listen((chunk) => follow(onConsoleData(reaction.state, chunk)))
      unlisten = onAbort(signal, () => {
        if (!this.#hasEntered) settle.reject(this.#error('cancelled', 'cancelled'))
      })
      if (!signal?.aborted) follow(reaction)
    })
    return done.finally(() => {
      clearTimeout(quiet)
      unlisten()
    })
  }

  #error(code: AppError['code'], message: string, command?: string, hint?: string): AppError {
    const { name, host } = this.options
    const stderrTail = this.#shown(this.#reader.text.slice(-400))
    return new AppError(code, `${name}: ${message}`, { host, command, hint, stderrTail })
  }

  #failed(message: string, command: string, output: string): AppError {
    const { name, host } = this.options
    const details = { host, command, stderrTail: this.#shown(output.slice(-400)) }
    return new AppError('command-failed', `${name}: ${message}`, details)
  }

  /** A password is not echoed, but a console in an unknown state may. */
  #shown(text: string): string {
    const { password } = this.options.credentials
    return password === '' ? text : text.replaceAll(password, '•••')
  }
}

/**
 * Opens a console and gets to a shell from whatever state it is in, within 5 s. Rejects with `console-auth`,
 * `console-held`, `console-dead`, `console-wedged`, `console-lost`, or what `open` rejects with.
 */
export async function openConsole(open: OpenLine, options: ConsoleOptions): Promise<SerialConsole> {
  const console = new SerialConsole(options)
  try {
    await console.start(open)
    return console
  } catch (error) {
    console.close()
    throw error
  }
}

/** Opens a console, works on it and logs out on every path. What `work` rejects with outweighs a logout that failed. */
export async function withConsole<T>(
  open: OpenLine,
  options: ConsoleOptions,
  work: (console: SerialConsole) => Promise<T>,
): Promise<T> {
  const console = await openConsole(open, options)
  let result: T
  try {
    result = await work(console)
  } catch (error) {
    await console.logOut().catch(() => {})
    throw error
  }
  await console.logOut()
  return result
}
