import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors'

export type RetryOptions = {
  /** How often it is tried in all, ≥ 1. */
  attempts: number
  /** Wait after the first failure; doubles with each further one, ± 20 %. */
  firstDelayMs: number
  maxDelayMs: number
  signal?: AbortSignal
  /** False: this error will not go away, so it is thrown at once. */
  isWorthRetrying?: (error: unknown) => boolean
}

/** Sleeps; rejects with `cancelled` when the signal fires. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (cause) {
    throw new AppError('cancelled', 'cancelled while waiting', { cause })
  }
}

/** Calls `attempt(number)` until it resolves; rejects with its last error, or with `cancelled`. */
export async function retry<T>(attempt: (number: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, firstDelayMs, maxDelayMs, signal, isWorthRetrying = () => true } = options
  for (let number = 1; ; number++) {
    if (signal?.aborted) throw new AppError('cancelled', 'cancelled before it was tried')
    try {
      return await attempt(number)
    } catch (error) {
      if (number >= attempts || !isWorthRetrying(error) || signal?.aborted) throw error
      const jitter = 0.8 + 0.4 * Math.random()
      await delay(Math.min(maxDelayMs, firstDelayMs * 2 ** (number - 1)) * jitter, signal)
    }
  }
}
