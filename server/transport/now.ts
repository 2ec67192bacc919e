let offsetMs = Date.now() - performance.now()

/**
 * The app's clock: epoch ms with fractions. `Date.now()` cuts to whole ms, so the largest difference seen to the
 * monotonic clock is the true one; a difference that shrank by more means that the wall clock was set.
 */
export function epochMs(): number {
  const monotonicMs = performance.now()
  const seenMs = Date.now() - monotonicMs
  if (seenMs > offsetMs || offsetMs - seenMs > 1.5) offsetMs = seenMs
  return monotonicMs + offsetMs
}
