import type { FaultEvent } from '../../domain/case'
import { placeName } from '../../domain/place'
import type { HostCommand } from '../../drivers/place'
import { AppError } from '../../errors'
import type { RunSession } from '../session'
import { type Change, changeCommand, changeLab } from './change'
import type { PlanContext } from './handler'

/** A change of the lab by one command, with what it is to the run; see `Fault`. */
export type Injection = Omit<Change, 'tag'> & {
  id: string
  event: FaultEvent
  mode: string
  mayFail?: boolean
  moves?: readonly number[]
}

/** The stamped command of an injection, for running it and for showing it. */
export const injectionCommand = (
  { lab, tag }: Pick<PlanContext, 'lab' | 'tag'>,
  { id, place, argv }: Pick<Injection, 'id' | 'place' | 'argv'>,
): HostCommand => changeCommand(lab, { tag: `fault-${id}`, place, argv }, tag)

/**
 * Changes the lab and says so in the run: `begin` comes right before it. Resolves with when it was
 * sent (app clock, epoch ms). Rejects as `changeLab` does, and with `command-failed` for an exit code that may not be.
 */
export async function inject(
  session: RunSession,
  injection: Injection,
  signal: AbortSignal,
  begin: () => void = () => {},
): Promise<number> {
  const { id, event, title, mode, place, mayFail, moves } = injection
  const change = { ...injection, tag: `fault-${id}` }
  const { result, t0, during, commandId } = await changeLab(session, change, signal, begin)
  const { exitCode, stderr, startedMs } = result
  if (exitCode !== 0 && !mayFail)
    throw new AppError('command-failed', `${title}: the command exited with ${exitCode}`, {
      stderrTail: stderr.slice(-500),
      hint: stderr.slice(0, 300) || 'Its output stands in the raw output.',
    })
  await session.emit({
    ...{ kind: 'fault-injected', event, title, mode, place, commandId, t0, during, clock: placeName(place), exitCode },
    moves: moves && [...moves],
  })
  return startedMs
}
