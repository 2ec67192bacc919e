import type { CaseDefinition } from '../cases/define'
import type { EventBody } from '../domain/event'
import type { AnyLab } from '../domain/lab'
import type { Quarantine, RunPatch } from '../domain/ports'
import type { Ending, Report } from '../domain/run'
import { AppError, asAppError, withHint } from '../errors'
import { StoppedError } from './budget'
import { executeStep } from './execute-step'
import { restore } from './restore'
import type { RunSession } from './session'
import { undoOf } from './undo-of'
import { untilStored } from './until-stored'

type End = { ending: Ending; message: string | null }

function endOf(error: unknown, session: RunSession<AnyLab>): End {
  const reason = session.signal.aborted ? session.signal.reason : error
  if (reason instanceof AppError && reason.code === 'cancelled')
    return { ending: 'cancelled', message: asAppError(error).message }
  if (error instanceof StoppedError && error.stopped === 'timed-out')
    return { ending: 'timed-out', message: error.message }
  return { ending: 'error', message: withHint(asAppError(reason)) }
}

/** One run from its first step to its end: steps, restore, judgement. Never rejects. */
export async function executeRun(session: RunSession<AnyLab>, definition: CaseDefinition): Promise<void> {
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
export async function finishRun(session: RunSession<AnyLab>, definition: CaseDefinition, end: End): Promise<void> {
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
  const said = [end.message ?? (failed && withHint(failed)), restored.message].filter((text) => text)
  const message = said.join(' ') || null
  const verdict = 'error' in report || ending === 'error' ? 'inconclusive' : report.verdict
  await persist(session, {
    ending,
    verdict,
    message,
    report: 'error' in report ? null : report,
    quarantine: restored.quarantine,
  })
}

type Final = {
  ending: Ending
  verdict: Report['verdict']
  message: string | null
  report: Report | null
  quarantine: Quarantine | null
}

/** The end is stored last: each piece in turn, once. A dashboard that is stopped leaves the rest to the recovery at its next start. */
async function persist(session: RunSession<AnyLab>, final: Final): Promise<void> {
  const { runId, deps, lab } = session
  const { report, ending, verdict, message, quarantine } = final
  const append = (body: EventBody) => () => deps.events.append(runId, body)
  const patch: RunPatch = { phase: 'ended', ending, verdict, dirty: quarantine !== null, message }
  const pieces: (() => Promise<unknown>)[] = [
    ...(quarantine ? [() => deps.labState.setQuarantine(lab.id, quarantine)] : []),
    ...(report?.criteria ?? []).map((result) => append({ kind: 'criterion-judged', result })),
    ...(report ? [append({ kind: 'reported', report })] : []),
    () => deps.samples.close(runId),
    () => deps.runs.patch(runId, { ...patch, endedAt: Date.now(), ...(report ? { report } : {}) }),
    append({ kind: 'run-ended', ending, verdict, message }),
  ]
  for (const store of pieces) if (!(await untilStored(session, store))) return
}
