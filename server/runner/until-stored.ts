import { setTimeout as sleep } from 'node:timers/promises'
import type { AnyLab } from '../domain/lab'
import { asAppError, withHint } from '../errors'
import type { RunSession } from './session'

/** So often a dashboard that is being stopped tries. */
const LAST_TRIES = 5
const MAX_PAUSE_MS = 5000

/**
 * Stores a piece of a run's end, however long the store refuses (a full disk): until then the lab is kept from other runs,
 * since nobody would know how it was left. False: given up, since the dashboard is being stopped, or for another error.
 */
export async function untilStored(session: RunSession<AnyLab>, store: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < LAST_TRIES || !session.isClosing(); tries++) {
    try {
      await store()
      return true
    } catch (cause) {
      const error = asAppError(cause)
      // Nothing can be stored that would show on the page: this is where an engineer looks then.
      if (tries === 0)
        console.error(`failover-lab: the end of run ${session.runId} cannot be stored: ${withHint(error)}`)
      if (error.code !== 'store') return false
      await sleep(Math.min(250 * 2 ** tries, MAX_PAUSE_MS))
    }
  }
  return false
}
