import { setMaxListeners } from 'node:events'

/**
 * Calls `listener` when the signal fires, at once if it has; returns how to stop listening. One signal may end dozens
 * of commands, so Node's warning about many listeners is switched off for it.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => {}
  if (signal.aborted) {
    listener()
    return () => {}
  }
  setMaxListeners(0, signal)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
