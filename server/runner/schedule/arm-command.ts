import type { WanLab } from '../../domain/lab'
import type { ScenarioStep } from '../../domain/scenario'
import { type ArmedLine, goLine, PASSWORD_VARIABLE, parseArmedLine } from '../../drivers/armed'
import { execAt, streamAt } from '../../drivers/at'
import { batcher, ROW_DELAY_MS } from '../../drivers/batch'
import { LocustHistory } from '../../drivers/locust'
import { stopTagged } from '../../drivers/tool'
import { AppError, asAppError } from '../../errors'
import type { ArmedStep, StepEnd } from '../../scenarios/schedule'
import { hideSecrets } from '../../transport/redact'
import type { StreamEnd } from '../../transport/remote'
import type { RunSession } from '../session'
import { ARM_MS, boundMs, type CommandAction, commandOf, longestMs, PREPARE_MS, preparationOf } from './commands'

export type CommandStep = {
  step: ScenarioStep
  action: CommandAction
  files: Readonly<Record<string, string>>
  limitMs: number
}

/** Where the record finds a scheduled step and its commands. */
export const scheduledStepId = ({ id, host }: Pick<ScenarioStep, 'id' | 'host'>): string => `${id}@${host}`

/** Copies what the step brings along to its workdir; what it does not bring must be there. Rejects with `command-failed`. */
async function prepare(session: RunSession<WanLab>, { step, action, files }: CommandStep, signal: AbortSignal) {
  const preparation = preparationOf(action, files)
  if (!preparation) return
  const { argv, copies, workdir } = preparation
  const access = session.access(null, { stepId: scheduledStepId(step) })
  const options = { tag: session.tag(`prepare-${step.id}`), timeoutMs: PREPARE_MS, signal }
  const { exitCode, stdout, stderr } = await execAt(access, { host: step.host }, argv, options)
  if (exitCode !== 0) {
    const absent = stdout.trim().split('\n').filter(Boolean).join(', ')
    if (absent)
      throw new AppError('command-failed', `${step.host} has no ${absent}, and the scenario does not bring it along`, {
        hint: 'Import the scenario again together with its files.',
      })
    throw new AppError('command-failed', `${step.host}: the directory ${workdir} cannot be made`, {
      hint: stderr.trim().slice(-300),
    })
  }
  for (const { path, text, mode } of copies) await access.pool.on(step.host, 'control').put(path, text, mode)
}

/** Rows of the charts' HTTP load, as long as no other one has the stream. */
function httpRows(session: RunSession<WanLab>, { step, action }: CommandStep) {
  if (action.kind !== 'http-load') return null
  const history = new LocustHistory()
  const isShown = session.httpStep === null
  if (isShown) session.httpStep = step.id
  const rows = batcher((batch: number[][]) => session.push('requests:http', batch), ROW_DELAY_MS)
  let count = 0
  return {
    line(text: string): void {
      const row = history.line(text)
      if (!row) return
      count++
      if (isShown) rows.add([...row] as number[])
    },
    end(): number {
      rows.flush()
      if (isShown) session.httpStep = null
      return count
    },
  }
}

type Ended = StreamEnd & { error: string | null }

/** One command that has been started on its host and waits there. */
class ArmedCommand implements ArmedStep {
  #beganMs: number | null = null
  #index: number | null = null
  #lastLine = ''
  #isStopped = false
  #isArmed: () => void = () => {}
  readonly #armed = new Promise<void>((resolve) => {
    this.#isArmed = resolve
  })
  readonly #rows: ReturnType<typeof httpRows>
  #stream: { write(data: string): void; close(): void } | null = null
  #ended: Promise<Ended> = Promise.resolve({ exitCode: null, signal: null, error: null })

  constructor(
    private readonly session: RunSession<WanLab>,
    private readonly given: CommandStep,
  ) {
    this.#rows = httpRows(session, given)
  }

  get #host(): string {
    return this.given.step.host
  }

  get #tag(): string {
    return this.session.tag(`step-${this.given.step.id}`)
  }

  get #clock() {
    return this.session.clocks.at(-1)?.[this.#host] ?? { offsetMs: 0, errorMs: 0 }
  }

  /** Half a round trip to its host. */
  get leadMs(): number {
    return this.#clock.errorMs
  }

  /** Resolves when it waits. Rejects with `command-failed`, `command-timeout`, `ssh-…`. */
  async arm(): Promise<void> {
    const { session, given } = this
    const { step, action, limitMs } = given
    const lines = `schedule:${step.id}`
    const access = session.access(null, { lines, stepId: scheduledStepId(step) })
    const said = (from: 'stdout' | 'stderr') => (line: string) => {
      const mark = from === 'stdout' ? parseArmedLine(line) : null
      if (mark) return this.#onMark(mark)
      this.#lastLine = hideSecrets(line, access.pool.secrets)
      this.#rows?.line(line)
      session.recorder.line(lines, line, from)
    }
    const stream = await streamAt(access, { host: step.host }, commandOf(step, action, limitMs), {
      ...{ tag: this.#tag, timeoutMs: boundMs(action, limitMs), signal: session.signal, keepStdin: true },
      ...{ onLine: said('stdout'), onStderr: said('stderr') },
    })
    this.#stream = stream
    this.#ended = stream.done.then(
      (end) => ({ ...end, error: null }),
      (error: unknown) => ({ exitCode: null, signal: null, error: asAppError(error).message }),
    )
    const early = this.#ended.then(({ exitCode, error }) => {
      const why = error ?? `it ended with ${exitCode}${this.#lastLine && `: ${this.#lastLine}`}`
      throw new AppError('command-failed', `${step.host} did not keep it waiting: ${why}`)
    })
    early.catch(() => {})
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const error = new AppError('command-timeout', `${step.host} did not start it within ${ARM_MS / 1000} s`)
      timer = setTimeout(() => reject(error), ARM_MS)
    })
    await Promise.race([this.#armed, early, late]).finally(() => clearTimeout(timer))
  }

  begin(): Promise<StepEnd> {
    const { action } = this.given
    const needsPassword = action.kind === 'script' && action.commands.some((text) => text.includes(PASSWORD_VARIABLE))
    const { passwordEnv } = this.session.lab.wan.console
    // A script that is to have a password and gets none fails by itself, and says what it misses.
    const password = needsPassword ? process.env[passwordEnv] : undefined
    this.#stream?.write(goLine(password || null))
    return this.#result()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await stopTagged(this.session.access(), { host: this.#host }, this.#tag)
    this.#stream?.close()
  }

  #onMark(mark: ArmedLine): void {
    if (mark.kind === 'armed') this.#isArmed()
    else if (mark.kind === 'begin') this.#beganMs = mark.clockMs
    else this.#index = mark.index
  }

  async #result(): Promise<StepEnd> {
    const end = await this.#ended
    const endedMs = Date.now()
    const rows = this.#rows?.end() ?? 0
    this.session.recorder.flush()
    const { action } = this.given
    const { offsetMs, errorMs } = this.#clock
    const atMs = this.#beganMs === null ? null : this.#beganMs - offsetMs
    const isOk = this.#isStopped || end.exitCode === 0 || (end.exitCode === 1 && countsLosses(action, rows))
    const command = action.kind === 'script' && this.#index !== null ? (action.commands[this.#index] ?? null) : null
    return {
      began: atMs === null ? null : { fromMs: atMs - errorMs, toMs: atMs + errorMs },
      stamp: atMs === null ? 'none' : 'host',
      endedMs,
      outcome: isOk ? 'ok' : 'failed',
      command: isOk ? null : command,
      exitCode: end.exitCode,
      message: isOk ? null : hideSecrets(this.#whyFailed(end, command), this.session.access().pool.secrets),
    }
  }

  #whyFailed({ exitCode, signal, error }: Ended, command: string | null): string {
    const { action, limitMs } = this.given
    const limitS = longestMs(action, limitMs) / 1000
    const how = exitCode === 124 ? `did not end within ${limitS} s` : `exited with ${exitCode ?? signal}`
    const said = this.#lastLine ? `: ${this.#lastLine.slice(0, 300)}` : ''
    return `${command === null ? 'its command' : `“${command.slice(0, 200)}”`} ${error ?? `${how}${said}`}`
  }
}

/** Tools that exit with 1 when packets or requests were lost: that is what is looked at, and no failure. */
const countsLosses = ({ kind }: CommandAction, rows: number): boolean =>
  kind === 'ping' || (kind === 'http-load' && rows > 0)

/** Starts a step's command on its host, where it waits for its beginning. Rejects when it does not. */
export async function armCommand(
  session: RunSession<WanLab>,
  given: CommandStep,
  signal: AbortSignal,
): Promise<ArmedStep> {
  await prepare(session, given, signal)
  const command = new ArmedCommand(session, given)
  await command.arm()
  return command
}
