// Loaded into the app by the benchmark (NODE_OPTIONS=--import): its event loop, seen from inside and independent of the
// product. SIGUSR2 writes what was seen since the last one to LOOP_FILE and begins anew.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5
const { LOOP_FILE } = process.env
if (LOOP_FILE) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  // The histogram counts the timer's own interval as delay.
  const delayMs = (ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
  process.on('SIGUSR2', () => {
    const seen = { p99Ms: delayMs(histogram.percentile(99)), maxMs: delayMs(histogram.max), count: histogram.count }
    histogram.reset()
    writeFileSync(LOOP_FILE, JSON.stringify(seen))
  })
}
