import { setTimeout as sleep } from 'node:timers/promises'
import type { CaseDefinition } from '../cases/define'
import type { RunPatch } from '../domain/ports'
import type { Ending, Report } from '../domain/run'
import { AppError, asAppError } from '../errors'
import { StoppedError } from './budget'
import type { RunnerDeps } from './deps'
import { executeStep } from './execute-step'
import { restore } from './restore'
import type { RunSession } from './session'
import { undoOf } from './undo-of'

type End = { ending: Ending; message: string | null }

function endOf(error: unknown, session: RunSession): End {
  const reason = session.signal.aborted ? session.signal.reason : error
  if (reason instanceof AppError && reason.code === 'cancelled')
    return { ending: 'cancelled', message: asAppError(error).message }
  if (error instanceof StoppedError && error.stopped === 'timed-out')
    return { ending: 'timed-out', message: error.message }
  const { message, hint } = asAppError(reason)
  return { ending: 'error', message: hint ? `${message} ${hint}` : message }
}

/** One run from its first step to its end: steps, restore, judgement. Never rejects. */
export async function executeRun(session: RunSession, definition: CaseDefinition): Promise<void> {
  const { runId, deps, lab } = session
  let end: End = { ending: 'completed', message: null }
  try {
    await deps.runs.patch(runId, { phase: 'running', startedAt: Date.now() })
    await session.emit({ kind: 'run-started' })
    const steps = definition.steps(lab, session.params, runId)
    session.undo = undoOf(steps)
    for (const step of steps) await executeStep(session, step)
  } catch (error) {
    end = endOf(error, session)
  }
  await finishRun(session, definition, end)
}

/** Restore, then judge, then say how it ended; also the second half of recovery. Never rejects. */
export async function finishRun(session: RunSession, definition: CaseDefinition, end: End): Promise<void> {
  const { runId, deps } = session
  await deps.runs.patch(runId, { phase: 'restoring' }).catch(() => {})
  const keeps = definition.kind === 'operation' && end.ending === 'completed'
  const judgeStored = () =>
    deps.samples
      .flush(runId)
      .then(() => deps.judge(runId, definition, end.ending))
      .catch((error: unknown) => ({ error: asAppError(error) }))
  // A completed run has ended all that measures; otherwise the last lines come while it is being restored.
  const judging = end.ending === 'completed' ? judgeStored() : null
  const restored = await restore(session, keeps)
  const report = await (judging ?? judgeStored())
  const failed = 'error' in report ? report.error : session.storeError
  const ending = failed && end.ending === 'completed' ? 'error' : end.ending
  const message = end.message ?? failed?.message ?? restored.message
  const verdict = 'error' in report || ending === 'error' ? 'inconclusive' : report.verdict
  await persist(deps, runId, {
    ending,
    verdict,
    message,
    report: 'error' in report ? null : report,
    dirty: !restored.clean,
  })
}

type Final = {
  ending: Ending
  verdict: Report['verdict']
  message: string | null
  report: Report | null
  dirty: boolean
}

const RETRIES = 20

/** The end is stored last and as one: a store that refuses for long leaves the run to the recovery at the next start. */
async function persist(deps: RunnerDeps, runId: string, final: Final): Promise<void> {
  const { report, ending, verdict, message, dirty } = final
  for (let tries = 0; tries < RETRIES; tries++) {
    try {
      if (report) {
        for (const result of report.criteria) await deps.events.append(runId, { kind: 'criterion-judged', result })
        await deps.events.append(runId, { kind: 'reported', report })
      }
      await deps.samples.close(runId)
      const patch: RunPatch = { phase: 'ended', ending, verdict, dirty, message, endedAt: Date.now() }
      await deps.runs.patch(runId, report ? { ...patch, report } : patch)
      await deps.events.append(runId, { kind: 'run-ended', ending, verdict, message })
      return
    } catch {
      await sleep(Math.min(250 * 2 ** tries, 5000))
    }
  }
}
