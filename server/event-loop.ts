import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the app's event loop answered in the last whole window, ms (0 before the first has passed). */
export type EventLoopDelay = { windowS: number; p99Ms: number; maxMs: number }

const RESOLUTION_MS = 5
const WINDOW_S = 5

/** Starts watching the event loop; the function returned says what the last window showed. */
export function watchEventLoop(): () => EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let last: EventLoopDelay = { windowS: WINDOW_S, p99Ms: 0, maxMs: 0 }
  // The histogram counts the timer's own interval as delay.
  const delayMs = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
  const turn = setInterval(() => {
    last = { windowS: WINDOW_S, p99Ms: delayMs(histogram.percentile(99)), maxMs: delayMs(histogram.max) }
    histogram.reset()
  }, WINDOW_S * 1000)
  turn.unref()
  return () => last
}
