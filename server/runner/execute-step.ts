import type { Step } from '../domain/case'
import type { AnyLab } from '../domain/lab'
import { asAppError } from '../errors'
import { perform } from './actions'
import { StoppedError, withBudget } from './budget'
import type { RunSession } from './session'

/** Runs one step under its budget. A wait that may run out is a finding and returns; everything else rejects. */
export async function executeStep(session: RunSession<AnyLab>, step: Step): Promise<void> {
  const { id: stepId, title, budgetMs } = step
  session.recorder.stepId = stepId
  await session.emit({ kind: 'step-started', stepId, title, budgetMs })
  try {
    await withBudget(title, budgetMs, session.signal, async (signal) => {
      for (const action of step.actions) await perform(session, action, signal)
    })
    await session.emit({ kind: 'step-ended', stepId, outcome: 'ok', message: null })
  } catch (error) {
    const stopped = error instanceof StoppedError ? error.stopped : null
    const outcome = stopped ?? 'failed'
    const ended = session.emit({ kind: 'step-ended', stepId, outcome, message: asAppError(error).message })
    if (stopped === 'timed-out' && step.onTimeout === 'continue') {
      await ended
      return
    }
    await ended.catch(() => {})
    throw error
  }
}
