import { AppError } from '../../errors'
import { onAbort } from '../../transport/abort'
import { delay } from '../../transport/retry'

/** The last of those who wait, by what they wait for; of one owner. */
const lastOf = new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Works when those who asked before for the same thing (`key`, of the same `owner`) have ended: a console serves one at a
 * time, and what a cancel broke off logs out still while its restore has begun. Rejects with `cancelled` while it waits.
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

/** Resolves when nothing of an owner goes on any more, at the latest after `patienceMs`. */
export async function allLeft(owner: object, patienceMs: number): Promise<void> {
  const going = [...(lastOf.get(owner)?.values() ?? [])]
  if (going.length === 0) return
  const patience = new AbortController()
  await Promise.race([Promise.all(going), delay(patienceMs, patience.signal)]).finally(() => patience.abort())
}

async function waitFor(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let unlisten = () => {}
  const cancelled = new Promise<never>((_, reject) => {
    unlisten = onAbort(signal, () => reject(new AppError('cancelled', 'cancelled while the console was in use')))
  })
  await Promise.race([before, cancelled]).finally(() => unlisten())
}
