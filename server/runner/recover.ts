import type { CaseDefinition } from '../cases/define'
import { type AnyLab, hasCluster } from '../domain/lab'
import { stopTaggedEverywhere } from '../drivers/tool'
import { AppError } from '../errors'
import { takeSnapshot } from '../observe/snapshot'
import { finishRun } from './execute-run'
import { untilReachable } from './reachable'
import { restore } from './restore'
import type { RunSession } from './session'
import { undoOf } from './undo-of'

/**
 * Consoles that were being read when the app ended are logged in still. Before the first snapshot is stored nothing is to
 * be put back, so nobody else would log them out.
 */
async function leaveConsoles(session: RunSession<AnyLab>): Promise<void> {
  if (hasCluster(session.lab) || (await session.deps.runs.snapshot(session.runId))) return
  await stopTaggedEverywhere(session.access(), session.runId)
  await takeSnapshot(session.access(), { tag: session.tag('snapshot'), signal: session.signal }).catch(() => {})
}

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
  await leaveConsoles(session)
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
