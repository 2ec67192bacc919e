import { setTimeout as sleep } from 'node:timers/promises'
import { START_LATE_MS } from '../../cases/scenario'
import type { Action, DesiredState, PlannedCommand } from '../../domain/case'
import { formatUtc } from '../../domain/format'
import type { WanLab } from '../../domain/lab'
import { actionMs, isImpairment, type ScenarioStep } from '../../domain/scenario'
import type { ScheduledStep } from '../../domain/scheduled'
import { wanulatorOf } from '../../drivers/wanulator/link-good'
import { withWanulator } from '../../drivers/wanulator/wanulator'
import { AppError } from '../../errors'
import { type ArmedStep, runSchedule as run, type ScheduleClock } from '../../scenarios/schedule'
import { armCommand, scheduledStepId } from '../schedule/arm-command'
import { armImpairment, dialogueOf, type ImpairmentAction } from '../schedule/arm-impairment'
import { boundMs, commandOf, isCommand, longestMs, PREPARE_MS, preparationOf } from '../schedule/commands'
import type { RunSession } from '../session'
import { beforeChange } from './change'
import { commandsOf, dryEnv } from './dry-run'
import { type PlanContext, planned, plannedExec, plannedStream, type WanHandler } from './handler'

type RunSchedule = Extract<Action, { kind: 'run-schedule' }>

/** So long before its time a step is armed: a login on a serial console takes seconds. */
const ARM_MS = 8000
const TIMER_EARLY_MS = 2
/** Nothing is stored for so long after a step has begun. */
const TELL_AFTER_MS = 250

const CLOCK: ScheduleClock = {
  nowMs: Date.now,
  until: async (atMs, signal) => {
    signal.throwIfAborted()
    for (let leftMs = atMs - Date.now(); leftMs > 0; leftMs = atMs - Date.now())
      await sleep(Math.max(1, Math.min(leftMs - TIMER_EARLY_MS, 2 ** 30)), undefined, { signal })
  },
}

const purposeOf = ({ title, at, after, pause }: ScenarioStep): string => {
  const when =
    after === null
      ? `at ${at / 1000} s`
      : `after ${after}${pause > 0 ? ` and ${pause / 1000} s` : ''}, at ${at / 1000} s at the earliest`
  return `${title}: ${when}`
}

async function planStep({ lab, tag }: PlanContext<WanLab>, step: ScenarioStep, { files, limitMs }: RunSchedule) {
  const { action, host } = step
  const purpose = purposeOf(step)
  if (isCommand(action)) {
    const prepare = { tag: tag(`prepare-${step.id}`), timeoutMs: PREPARE_MS }
    const preparation = preparationOf(action, files)
    const bound = { tag: tag(`step-${step.id}`), timeoutMs: boundMs(action, limitMs) }
    return [
      ...(preparation
        ? [plannedExec(lab, { host }, preparation.argv, prepare, `${purpose}: its directory and what must be there`)]
        : []),
      ...(preparation?.copies ?? []).map(({ path }) =>
        planned({ host }, { host, argv: ['sh', '-c', 'cat > "$1"', 'sh', path] }, `${purpose}: copied before`),
      ),
      plannedStream(lab, { host }, commandOf(step, action, limitMs), bound, purpose),
    ]
  }
  if (!isImpairment(action)) return []
  const options = { tag: tag(`impair-${action.vm}`), env: dryEnv(lab) }
  return commandsOf(lab, `${purpose}, on its console`, (dry) =>
    withWanulator(dry, wanulatorOf(lab, action.vm).wanulator, options, (shell, emulator) =>
      dialogueOf(lab, action)(shell, emulator),
    ),
  )
}

/** What a capture step is to the schedule: the run captures from before its start, on all NICs that any step names. */
function armCapture(session: RunSession<WanLab>): ArmedStep {
  const isCaptured = session.wanCapture !== null
  const beganMs = () => ({ fromMs: Date.now(), toMs: Date.now() })
  const message = isCaptured ? null : 'Nothing is captured: the run does not measure.'
  return {
    leadMs: 0,
    begin: async () => ({
      ...{ began: isCaptured ? beganMs() : null, stamp: 'none', endedMs: Date.now(), command: null, exitCode: null },
      ...{ outcome: isCaptured ? 'ok' : 'failed', message },
    }),
    stop: async () => {},
  }
}

/** Impairments and scripts of one run: what puts a link right is in the journal once, before it is first touched. */
class Arming {
  readonly #journalled = new Set<string>()

  constructor(
    private readonly session: RunSession<WanLab>,
    private readonly action: RunSchedule,
    private readonly signal: AbortSignal,
  ) {}

  async arm(step: ScenarioStep): Promise<ArmedStep> {
    const { session, signal } = this
    const { files, limitMs, undo } = this.action
    const { action } = step
    if (isImpairment(action)) return this.#impairment(step, action)
    if (!isCommand(action)) return armCapture(session)
    if (action.kind === 'script') await this.#journal(step, undo)
    return armCommand(session, { step, action, files, limitMs }, signal)
  }

  async #impairment(step: ScenarioStep, action: ImpairmentAction): Promise<ArmedStep> {
    await this.#journal(step, [{ kind: 'link-good', vm: action.vm }])
    return armImpairment(this.session, step, action, this.signal)
  }

  async #journal(step: ScenarioStep, undo: readonly DesiredState[]): Promise<void> {
    const missing = undo.filter((desired) => !this.#journalled.has(JSON.stringify(desired)))
    for (const desired of missing) this.#journalled.add(JSON.stringify(desired))
    await beforeChange(this.session, step.title, missing)
  }
}

function refuseMissed(startAtMs: number | null): void {
  if (startAtMs === null || Date.now() <= startAtMs + START_LATE_MS) return
  const lateS = Math.round((Date.now() - startAtMs) / 1000)
  throw new AppError('conflict', `the start at ${formatUtc(startAtMs)} was missed by ${lateS} s; nothing was run`, {
    hint: 'The lab was busy, or the dashboard was down then. Schedule it for another time.',
  })
}

/**
 * Steps at relative times on several hosts. Each waits on its host beforehand (a command for a line on its standard input, a
 * console for the command that replaces the emulator), so that it begins when it is to.
 */
export const runSchedule: WanHandler<'run-schedule'> = {
  plan: async (context, action): Promise<PlannedCommand[]> =>
    (await Promise.all(action.steps.map((step) => planStep(context, step, action)))).flat(),
  run: async (session, action, signal) => {
    const { steps, startAtMs, limitMs } = action
    refuseMissed(startAtMs)
    const arming = new Arming(session, action, signal)
    const told = new Set<string>()
    const tellStart = async (step: ScenarioStep) => {
      if (told.has(step.id)) return
      told.add(step.id)
      const budgetMs = isCommand(step.action)
        ? longestMs(step.action, limitMs)
        : Math.max(1000, actionMs(step.action) ?? 0)
      const title = `${step.host}: ${step.title}`
      await session.emit({ kind: 'step-started', stepId: scheduledStepId(step), title, budgetMs, host: step.host })
    }
    const tellEnd = async (step: ScenarioStep, scheduled: ScheduledStep) => {
      const { outcome, message } = scheduled
      await tellStart(step)
      await session.emit({ kind: 'step-ended', stepId: scheduledStepId(step), outcome, message })
      await session.emit({ kind: 'scheduled-step', step: scheduled })
    }
    await run({
      ...{ steps, startAtMs, armMs: ARM_MS, clock: CLOCK, signal },
      // A console takes one at a time.
      needs: ({ action }) => (isImpairment(action) ? String(action.vm) : null),
      arm: (step) => arming.arm(step),
      onStart: (startMs) => session.emit({ kind: 'schedule-started', startMs, askedMs: startAtMs }),
      onBegin: async (step) => {
        // Storing holds up the event loop for a moment, in which another host is to begin.
        await sleep(TELL_AFTER_MS, undefined, { signal })
        await tellStart(step)
      },
      onEnd: tellEnd,
    })
  },
}
