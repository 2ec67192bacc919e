/** Who waits for something that is looked at each time when `check` is called. */
export class Waiters {
  readonly #waiting = new Set<() => void>()

  /** Resolves when `holds` does; rejects when the signal aborts. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waiting.delete(check)
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const check = () => holds() && end(resolve)
      const onAbort = () => end(() => reject(signal.reason))
      this.#waiting.add(check)
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
      else check()
    })
  }

  check(): void {
    for (const check of this.#waiting) check()
  }
}
