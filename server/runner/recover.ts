import { setTimeout as sleep } from 'node:timers/promises'
import type { CaseDefinition } from '../cases/define'
import { execAt } from '../drivers/at'
import { AppError, asAppError } from '../errors'
import { finishRun } from './execute-run'
import { restore } from './restore'
import type { RunSession } from './session'
import { undoOf } from './undo-of'

const PROBE_TIMEOUT_MS = 5000
const PAUSE_MS = 3000

/** Waits until the container host answers, however long it takes: a lab that cannot be reached cannot be restored. */
async function untilReachable(session: RunSession): Promise<void> {
  const place = { host: session.lab.containers.host }
  for (let last = ''; ; ) {
    try {
      await execAt(session.access(), place, ['true'], {
        tag: session.tag('recover'),
        timeoutMs: PROBE_TIMEOUT_MS,
        signal: session.signal,
      })
      return
    } catch (cause) {
      const { message, hint = null } = asAppError(cause)
      if (message !== last)
        await session.emit({ kind: 'note', level: 'error', message: `recovering: ${message}`, hint })
      last = message
      session.signal.throwIfAborted()
      await sleep(PAUSE_MS)
    }
  }
}

/** Takes over a run that a crash of the dashboard interrupted: the lab is put back, what was stored is judged. */
export async function recoverRun(session: RunSession, definition: CaseDefinition, phase: string): Promise<void> {
  session.recorder.stepId = 'recover'
  session.undo = undoOf(definition.steps(session.lab, session.params, session.runId))
  await session.deps.runs.patch(session.runId, { phase: 'recovering' })
  await untilReachable(session)
  const message = `The dashboard was stopped or crashed while the run was ${phase}; the lab was restored after its next start.`
  await finishRun(session, definition, { ending: 'interrupted', message })
}

/** Tries again to put a quarantined lab back; lifts the quarantine when it is as before. Rejects when it is not. */
export async function restoreQuarantined(session: RunSession, definition: CaseDefinition): Promise<void> {
  session.undo = undoOf(definition.steps(session.lab, session.params, session.runId))
  const restored = await restore(session)
  if (!restored.clean)
    throw new AppError('command-failed', restored.message ?? 'the lab could not be restored', {
      hint: 'See the differences; put them right by hand, then mark the lab clean.',
    })
  await session.deps.labState.setQuarantine(session.lab.id, null)
}
