import { setTimeout as sleep } from 'node:timers/promises'
import { type AnyLab, leaseHost } from '../domain/lab'
import { execAt } from '../drivers/at'
import { asAppError } from '../errors'
import type { RunSession } from './session'

const PROBE_TIMEOUT_MS = 5000
const PAUSE_MS = 3000

/** Waits until the container host answers; says in the run why it does not. Rejects when the signal aborts. */
export async function untilReachable(session: RunSession<AnyLab>, signal: AbortSignal): Promise<void> {
  const place = { host: leaseHost(session.lab) }
  const options = { tag: session.tag('recover'), timeoutMs: PROBE_TIMEOUT_MS, signal }
  for (let last = ''; ; ) {
    try {
      await execAt(session.access(), place, ['true'], options)
      return
    } catch (cause) {
      signal.throwIfAborted()
      const { message, hint = null } = asAppError(cause)
      if (message !== last)
        await session
          .emit({ kind: 'note', level: 'error', message: `the lab host did not answer: ${message}`, hint })
          .catch(() => {})
      last = message
      await sleep(PAUSE_MS, undefined, { signal })
    }
  }
}
