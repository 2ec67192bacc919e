import { setTimeout as sleep } from 'node:timers/promises'
import { START_LATE_MS } from '../../cases/scenario'
import type { Action, DesiredState, PlannedCommand } from '../../domain/case'
import type { WanLab } from '../../domain/lab'
import { actionMs, isImpairment, type ScenarioStep } from '../../domain/scenario'
import type { ScheduledStep } from '../../domain/scheduled'
import { prepareArgv } from '../../drivers/armed'
import { withWanulator } from '../../drivers/wanulator/wanulator'
import { AppError } from '../../errors'
import { type ArmedStep, runSchedule as run, type ScheduleClock } from '../../scenarios/schedule'
import { armCommand, scheduledStepId } from '../schedule/arm-command'
import { armImpairment, dialogueOf, type ImpairmentAction, wanulatorOf } from '../schedule/arm-impairment'
import { commandOf, filesOf, isCommand, longestMs } from '../schedule/commands'
import type { RunSession } from '../session'
import { beforeChange } from './change'
import { commandsOf, dryEnv } from './dry-run'
import { type PlanContext, plannedExec, plannedStream, type WanHandler } from './handler'

type RunSchedule = Extract<Action, { kind: 'run-schedule' }>

/** So long before its time a step is armed: a login on a serial console takes seconds. */
export const ARM_MS = 8000
const TIMER_EARLY_MS = 2

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

async function planStep(
  { lab, tag }: PlanContext<WanLab>,
  step: ScenarioStep,
  limitMs: number,
): Promise<PlannedCommand[]> {
  const { action, host } = step
  const purpose = purposeOf(step)
  if (isCommand(action)) {
    const { workdir, files } = filesOf(action)
    const options = { tag: tag(`step-${step.id}`), timeoutMs: longestMs(action, limitMs) }
    const prepare = { tag: tag(`prepare-${step.id}`), timeoutMs: 8000 }
    const prepared =
      workdir === null && files.length === 0
        ? []
        : [
            plannedExec(
              lab,
              { host },
              prepareArgv(workdir, []),
              prepare,
              `${purpose}: its directory; copied: ${files.join(', ') || 'nothing'}`,
            ),
          ]
    return [...prepared, plannedStream(lab, { host }, commandOf(step, action, limitMs), options, purpose)]
  }
  if (!isImpairment(action)) return []
  const options = { tag: tag(`impair-${action.vm}`), env: dryEnv(lab) }
  return commandsOf(lab, `${purpose}, on its console`, (dry) =>
    withWanulator(dry, wanulatorOf(lab, action.vm), options, (shell, emulator) =>
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
  throw new AppError(
    'conflict',
    `the start at ${new Date(startAtMs).toISOString()} was missed by ${lateS} s; nothing was run`,
    {
      hint: 'The lab was busy, or the dashboard was down then. Schedule it for another time.',
    },
  )
}

/**
 * Steps at relative times on several hosts. Each waits on its host beforehand (a command for a line on its standard input, a
 * console for the command that replaces the emulator), so that it begins when it is to.
 */
export const runSchedule: WanHandler<'run-schedule'> = {
  plan: async (context, { steps, limitMs }) =>
    (await Promise.all(steps.map((step) => planStep(context, step, limitMs)))).flat(),
  run: async (session, action, signal) => {
    const { steps, startAtMs, limitMs } = action
    refuseMissed(startAtMs)
    const arming = new Arming(session, action, signal)
    const tellStart = (step: ScenarioStep) => {
      const budgetMs = isCommand(step.action)
        ? longestMs(step.action, limitMs)
        : Math.max(1000, actionMs(step.action) ?? 0)
      const title = `${step.host}: ${step.title}`
      return session.emit({ kind: 'step-started', stepId: scheduledStepId(step), title, budgetMs, host: step.host })
    }
    const tellEnd = async (step: ScenarioStep, scheduled: ScheduledStep) => {
      const { outcome, message } = scheduled
      if (scheduled.began === null && outcome !== 'ok') await tellStart(step)
      await session.emit({ kind: 'step-ended', stepId: scheduledStepId(step), outcome, message })
      await session.emit({ kind: 'scheduled-step', step: scheduled })
    }
    await run({
      ...{ steps, startAtMs, armMs: ARM_MS, clock: CLOCK, signal },
      // A console takes one at a time.
      needs: ({ action }) => (isImpairment(action) ? String(action.vm) : null),
      arm: (step) => arming.arm(step),
      onStart: (startMs) => session.emit({ kind: 'schedule-started', startMs, askedMs: startAtMs }),
      onBegin: tellStart,
      onEnd: tellEnd,
    })
  },
}
