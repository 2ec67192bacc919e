import type { RunEvent } from '../domain/event'
import type { RunContext } from '../domain/run'
import { setByMs } from '../domain/stamped'

/** A clock that was set while the run went on, by about so much (ms; forward is positive). */
export type ClockStep = { clock: string; byMs: number }

/** So much a clock may run away by itself: twice what NTP slews at most. */
const DRIFT = 0.001

const isContext = (event: RunEvent) => event.kind === 'context'

/**
 * Clocks that were set between their first reading and a later sign of them: another reading, or stamps outside of the time
 * in which they were made.
 */
export function clockSteps(events: readonly RunEvent[]): ClockStep[] {
  const first = events.findLast(isContext)
  if (!first) return []
  const { clocks } = first.context
  const steps = new Map<string, number>()
  for (const event of events) {
    if (event.kind === 'fault-injected' || event.kind === 'config-changed') {
      const byMs = setByMs(event, clocks)
      if (byMs !== 0) steps.set(event.clock, byMs)
    }
    if (event.kind !== 'clocks-read') continue
    for (const [clock, { offsetMs, errorMs }] of Object.entries(event.clocks)) {
      const known = clocks[clock]
      if (!known) continue
      const byMs = offsetMs - known.offsetMs
      const toleratedMs = errorMs + known.errorMs + DRIFT * (event.atMs - first.atMs)
      if (Math.abs(byMs) > toleratedMs) steps.set(clock, byMs)
    }
  }
  return [...steps].map(([clock, byMs]) => ({ clock, byMs }))
}

/** A clock's later readings beside its first: how far off it went, and how far off either reading may be, ms. */
function laterReadings(events: readonly RunEvent[], clock: string) {
  const first = events.findLast(isContext)?.context.clocks[clock]
  if (!first) return []
  return events.flatMap((event) => {
    const read = event.kind === 'clocks-read' ? event.clocks[clock] : undefined
    if (!read) return []
    return [{ awayMs: Math.abs(read.offsetMs - first.offsetMs), firstMs: first.errorMs, laterMs: read.errorMs }]
  })
}

/**
 * How much longer or shorter a pause may be than its stamps by a clock say, ms: 0 while the readings agree within their
 * errors. Otherwise it went away by as much as they allow, and nobody knows that it did not do so at one moment.
 */
export function clockSetMs(events: readonly RunEvent[], clock: string): number {
  const mostMs = laterReadings(events, clock).map(({ awayMs, firstMs, laterMs }) =>
    awayMs > firstMs + laterMs ? awayMs + firstMs + laterMs : 0,
  )
  return Math.max(0, ...mostMs)
}

/** How much farther off than its first reading and that one's error a clock may be later in the run, ms. */
export function clockAstrayMs(events: readonly RunEvent[], clock: string): number {
  const astrayMs = laterReadings(events, clock).map(({ awayMs, firstMs, laterMs }) => awayMs + laterMs - firstMs)
  return Math.max(0, ...astrayMs)
}

/** What a run was made with, without the clocks that were set meanwhile: nothing is compared by them. */
export function contextOf(events: readonly RunEvent[]): RunContext | null {
  const context = events.findLast(isContext)?.context
  if (!context) return null
  const wereSet = new Set(clockSteps(events).map(({ clock }) => clock))
  const clocks = Object.fromEntries(Object.entries(context.clocks).filter(([name]) => !wereSet.has(name)))
  return { ...context, clocks }
}
