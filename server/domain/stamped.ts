import type { Interval } from './ids'
import type { RunContext } from './run'

/**
 * Something that was done between two stamps (`t0`) of the clock of the machine that did it; `during` (app clock): from
 * before its command was sent until its end was known.
 */
export type Stamped = { t0: Interval; clock: string; during?: Interval | undefined }

type Clocks = RunContext['clocks'] | undefined

function byStamps({ t0, clock }: Stamped, clocks: Clocks): Interval | null {
  const known = clocks?.[clock]
  if (!known) return null
  const { offsetMs, errorMs } = known
  return { fromMs: t0.fromMs - offsetMs - errorMs, toMs: t0.toMs - offsetMs + errorMs }
}

/**
 * When it was done, app clock: by its stamps. Where they lie outside of `during` their clock was set since its offset was
 * measured, and `during` is all that is known. null when nothing is.
 */
export function doneAt(stamped: Stamped, clocks: Clocks): Interval | null {
  const stamps = byStamps(stamped, clocks)
  const { during } = stamped
  if (!stamps || !during) return stamps ?? during ?? null
  const both = { fromMs: Math.max(stamps.fromMs, during.fromMs), toMs: Math.min(stamps.toMs, during.toMs) }
  return both.fromMs <= both.toMs ? both : during
}

/** The interval that is stated, and the clock that it is on: null is the app's, where the other was set meanwhile. */
export function statedBy(stamped: Stamped, clocks: Clocks): { interval: Interval; clock: string | null } {
  const { t0, clock, during } = stamped
  return during && setByMs(stamped, clocks) !== 0 ? { interval: during, clock: null } : { interval: t0, clock }
}

/** By how much, at least, its clock was set between the measuring of its offset and the stamps, ms; 0: no sign of it. */
export function setByMs(stamped: Stamped, clocks: Clocks): number {
  const stamps = byStamps(stamped, clocks)
  const { during } = stamped
  if (!stamps || !during) return 0
  if (stamps.fromMs > during.toMs) return stamps.fromMs - during.toMs
  return Math.min(0, stamps.toMs - Math.max(during.fromMs, stamps.fromMs))
}
