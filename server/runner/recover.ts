import type { CaseDefinition } from '../cases/define'
import type { AnyLab } from '../domain/lab'
import { AppError } from '../errors'
import { finishRun } from './execute-run'
import { untilReachable } from './reachable'
import { restore } from './restore'
import type { RunSession } from './session'
import { undoOf } from './undo-of'

/** Takes over a run that a crash of the dashboard interrupted: the lab is put back, what was stored is judged. */
export async function recoverRun(
  session: RunSession<AnyLab>,
  definition: CaseDefinition,
  phase: string,
): Promise<void> {
  session.recorder.stepId = 'recover'
  session.undo = undoOf(definition.steps(session.lab, session.params, session.runId))
  await session.deps.runs.patch(session.runId, { phase: 'recovering' })
  // However long it takes: a lab that cannot be reached cannot be restored.
  await untilReachable(session, session.signal)
  const message = `The dashboard was stopped or crashed while the run was ${phase}; the lab was restored after its next start.`
  await finishRun(session, definition, { ending: 'interrupted', message })
}

/** Tries again to put a quarantined lab back; lifts the quarantine when it is as before. Rejects when it is not. */
export async function restoreQuarantined(session: RunSession<AnyLab>, definition: CaseDefinition): Promise<void> {
  session.undo = undoOf(definition.steps(session.lab, session.params, session.runId))
  const { quarantine, message } = await restore(session)
  await session.deps.labState.setQuarantine(session.lab.id, quarantine)
  if (quarantine)
    throw new AppError('command-failed', message ?? 'the lab could not be restored', {
      hint: 'See the differences; put them right by hand, then mark the lab clean.',
    })
}
