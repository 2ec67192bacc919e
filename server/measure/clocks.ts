import type { Interval } from '../domain/ids'
import type { RunContext } from '../domain/run'
import { doneAt, type Stamped } from '../domain/stamped'

type Clock = { offsetMs: number; errorMs: number }

/** The app's own clock. */
const APP: Clock = { offsetMs: 0, errorMs: 0 }

const clockOf = (context: RunContext | null, name: string | null): Clock | null =>
  name === null ? APP : (context?.clocks[name] ?? null)

/**
 * Moves an interval from one clock to another (null: the app's), widened by the errors of both offsets (half their round
 * trips, as NTP states it). null when an offset was not measured. Between a clock and itself nothing is moved.
 */
export function moveInterval(
  interval: Interval,
  from: string | null,
  to: string | null,
  context: RunContext | null,
): Interval | null {
  if (from === to) return interval
  const source = clockOf(context, from)
  const target = clockOf(context, to)
  if (!source || !target) return null
  const shiftMs = target.offsetMs - source.offsetMs
  const errorMs = target.errorMs + source.errorMs
  return { fromMs: interval.fromMs + shiftMs - errorMs, toMs: interval.toMs + shiftMs + errorMs }
}

/**
 * When something was done, on a clock (null: the app's). null when that is not known there, as on a clock that was set
 * meanwhile (`contextOf` has taken it out).
 */
export function doneOn(stamped: Stamped, to: string | null, context: RunContext | null): Interval | null {
  if (stamped.clock === to && (context === null || context.clocks[to])) return stamped.t0
  const app = doneAt(stamped, context?.clocks)
  return app && moveInterval(app, null, to, context)
}
