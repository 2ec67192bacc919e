import type { DesiredState, FaultEvent } from '../../domain/case'
import type { Interval, Place } from '../../domain/ids'
import { execCommand } from '../../drivers/at'
import { parseStamped, stamped } from '../../drivers/fault'
import { commandAt, type HostCommand } from '../../drivers/place'
import { AppError } from '../../errors'
import type { RunSession } from '../session'
import type { PlanContext } from './handler'

/** A change of the lab by one command; see `Fault`. */
export type Change = {
  id: string
  event: FaultEvent
  title: string
  mode: string
  place: Place
  argv: readonly string[]
  mayFail?: boolean
  undo: readonly DesiredState[]
  moves?: readonly number[]
}

const TIMEOUT_MS = 20_000

/** The stamped command of a change, for running it and for showing it. */
export const changeCommand = (
  { lab, tag }: Pick<PlanContext, 'lab' | 'tag'>,
  { id, place, argv }: Pick<Change, 'id' | 'place' | 'argv'>,
): HostCommand => commandAt(lab, place, stamped(argv), { tag: tag(`fault-${id}`), timeoutMs: TIMEOUT_MS })

/**
 * Changes the lab: the undo is durable and the lease armed before it is done, `begin` comes right before it. Resolves with
 * when, on the target's clock and (start) on the app's. Rejects with `lease-lost`, `command-failed`.
 */
export async function inject(
  session: RunSession,
  change: Change,
  signal: AbortSignal,
  begin: () => void = () => {},
): Promise<{ t0: Interval; startedMs: number }> {
  const { event, title, mode, place, mayFail, undo, moves } = change
  if (!session.lease) throw new AppError('lease-lost', 'no lease is armed: nothing is changed without one')
  for (const desired of undo) session.undoEntries.push(await session.deps.undo.record(session.runId, title, desired))
  signal.throwIfAborted()
  begin()
  const command = changeCommand({ lab: session.lab, tag: (what) => session.tag(what) }, change)
  const result = await execCommand(session.access(), command, { timeoutMs: TIMEOUT_MS, signal })
  const stamps = parseStamped(result.stdout)
  if (!stamps)
    throw new AppError('command-failed', `${title}: no time stamps came back, so T0 is unknown`, {
      hint: `The command printed: ${(result.stderr || result.stdout).slice(0, 300)}`,
    })
  if (result.exitCode !== 0 && !mayFail)
    throw new AppError('command-failed', `${title}: the command exited with ${result.exitCode}`, {
      stderrTail: result.stderr.slice(-500),
      hint: result.stderr.slice(0, 300) || 'Its output stands in the raw output.',
    })
  const clock = 'instance' in place ? place.instance : place.host
  const commandId = session.recorder.idOf(command) ?? ''
  const { t0 } = stamps
  const { exitCode } = result
  await session.emit({
    ...{ kind: 'fault-injected', event, title, mode, place, commandId, t0, clock, exitCode },
    moves: moves && [...moves],
  })
  return { t0, startedMs: result.startedMs }
}
