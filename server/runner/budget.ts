import { AppError } from '../errors'

/** Why a piece of work stopped before its end. */
export type Stopped = 'timed-out' | 'cancelled'

/** Names what was going on when a budget ran out or a cancel came. */
export class StoppedError extends AppError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof AppError && 'stopped' in value
  }

  constructor(
    readonly stopped: Stopped,
    phase: string,
    budgetMs: number,
  ) {
    super(
      stopped === 'cancelled' ? 'cancelled' : 'command-timeout',
      stopped === 'cancelled' ? `cancelled during "${phase}"` : `"${phase}" did not end within ${budgetMs / 1000} s`,
    )
  }
}

/**
 * Runs work under a budget (ms). The work's signal aborts when the budget is used up or the outer signal aborts; then
 * this rejects with StoppedError even if the work itself does not react.
 */
export async function withBudget<T>(
  phase: string,
  budgetMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController()
  let stop: (stopped: Stopped) => void = () => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = (why) => {
      const error = new StoppedError(why, phase, budgetMs)
      inner.abort(error)
      reject(error)
    }
  })
  stopped.catch(() => {})
  const onAbort = () => stop('cancelled')
  const timer = setTimeout(() => stop('timed-out'), budgetMs)
  outer.addEventListener('abort', onAbort, { once: true })
  if (outer.aborted) onAbort()
  try {
    return await Promise.race([inner.signal.aborted ? stopped : work(inner.signal), stopped])
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', onAbort)
  }
}
