import type { DesiredState } from '../../domain/case'
import { AppError } from '../../errors'
import type { RunSession } from '../session'

/** Whatever changes the lab waits for this: its undo is durable, the lease is armed. Rejects with `lease-lost` without one. */
export async function beforeChange(session: RunSession, title: string, undo: readonly DesiredState[]): Promise<void> {
  if (!session.lease) throw new AppError('lease-lost', 'no lease is armed: nothing is changed without one')
  for (const desired of undo) session.undoEntries.push(await session.deps.undo.record(session.runId, title, desired))
}
