import { AppError } from '../../errors'
import { onAbort } from '../../transport/abort'

/** The last of those who wait, by what they wait for; of one set of connections. */
const lastOf = new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Works when those who asked before for the same thing (`key`, of the same `owner`) have ended: a console serves one at a
 * time, and a check may be asked for in the middle of a run. Rejects with `cancelled` while it waits.
 */
export async function inTurn<T>(
  owner: object,
  key: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const lasts = lastOf.get(owner) ?? new Map<string, Promise<void>>()
  lastOf.set(owner, lasts)
  const before = lasts.get(key) ?? Promise.resolve()
  let leave = () => {}
  const mine = new Promise<void>((resolve) => {
    leave = resolve
  })
  lasts.set(
    key,
    before.then(() => mine),
  )
  try {
    await waitFor(before, signal)
    return await work()
  } finally {
    leave()
  }
}

async function waitFor(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let unlisten = () => {}
  const cancelled = new Promise<never>((_, reject) => {
    unlisten = onAbort(signal, () => reject(new AppError('cancelled', 'cancelled while the console was in use')))
  })
  await Promise.race([before, cancelled]).finally(() => unlisten())
}
