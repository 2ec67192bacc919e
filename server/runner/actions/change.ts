import type { DesiredState } from '../../domain/case'
import type { Interval, Place } from '../../domain/ids'
import type { AnyLab, Lab } from '../../domain/lab'
import { execCommand } from '../../drivers/at'
import { parseStamped, stamped } from '../../drivers/fault'
import { commandAt, type HostCommand } from '../../drivers/place'
import { AppError } from '../../errors'
import type { ExecResult } from '../../transport/remote'
import type { RunSession } from '../session'

const TIMEOUT_MS = 20_000

/** What changes the lab: its command, and what undoes it. `tag` is the last part of its process tag. */
export type Change = {
  tag: string
  title: string
  place: Place
  argv: readonly string[]
  undo: readonly DesiredState[]
}

/**
 * `t0`: before and after the command, on the clock of the machine that ran it; `during`: the same as the app saw it, on its
 * own clock. `output`: what it printed itself.
 */
export type Changed = { result: ExecResult; t0: Interval; during: Interval; output: string; commandId: string }

/** A change as it is run and shown. */
export const changeCommand = (
  lab: Lab,
  { tag, place, argv }: Pick<Change, 'tag' | 'place' | 'argv'>,
  tagOf: (what: string) => string,
): HostCommand => commandAt(lab, place, stamped(argv), { tag: tagOf(tag), timeoutMs: TIMEOUT_MS })

/** Whatever changes the lab waits for this: its undo is durable, the lease is armed. Rejects with `lease-lost` without one. */
export async function beforeChange(
  session: RunSession<AnyLab>,
  title: string,
  undo: readonly DesiredState[],
): Promise<void> {
  if (!session.lease) throw new AppError('lease-lost', 'no lease is armed: nothing is changed without one')
  for (const desired of undo) session.undoEntries.push(await session.deps.undo.record(session.runId, title, desired))
}

/**
 * The one way to change the lab by a command: the undo is durable and the lease armed before it is done. Rejects with
 * `command-failed` when no time stamps came back; a non-zero exit is a result.
 * @param onReady called right before the command is sent
 */
export async function changeLab(
  session: RunSession,
  change: Change,
  signal: AbortSignal,
  onReady: () => void = () => {},
): Promise<Changed> {
  await beforeChange(session, change.title, change.undo)
  signal.throwIfAborted()
  onReady()
  const command = changeCommand(session.lab, change, (what) => session.tag(what))
  const result = await execCommand(session.access(), command, { timeoutMs: TIMEOUT_MS, signal })
  const stamps = parseStamped(result.stdout)
  if (!stamps)
    throw new AppError('command-failed', `${change.title}: no time stamps came back, so T0 is unknown`, {
      hint: `The command printed: ${(result.stderr || result.stdout).slice(0, 300)}`,
    })
  const during = { fromMs: result.startedMs, toMs: result.endedMs }
  return { result, ...stamps, during, commandId: session.recorder.idOf(command) ?? '' }
}
