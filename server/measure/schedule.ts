import type { RunEvent } from '../domain/event'
import type { Interval } from '../domain/ids'
import type { ScheduledStep } from '../domain/scheduled'
import { clockAstrayMs } from './clock-steps'

/** Steps that were to begin at the same time on several hosts. The true skew lies in [lowerMs, upperMs]. */
export type StartSkew = { plannedMs: number; ms: number; lowerMs: number; upperMs: number; steps: ScheduledStep[] }

const middle = ({ fromMs, toMs }: Interval): number => (fromMs + toMs) / 2

/** When a step began, widened by how far its host's clock may have gone astray; null: never, or nobody knows. */
function beganOf(events: readonly RunEvent[], { began, stamp, host }: ScheduledStep): Interval | null {
  if (!began || stamp === 'none') return null
  const astrayMs = stamp === 'host' ? clockAstrayMs(events, host) : 0
  return { fromMs: began.fromMs - astrayMs, toMs: began.toMs + astrayMs }
}

/** The steps of a run's scenario as they went, in the order of their ends. */
export const scheduledSteps = (events: readonly RunEvent[]): ScheduledStep[] =>
  events.flatMap((event) => (event.kind === 'scheduled-step' ? [event.step] : []))

/** For each time at which steps were to begin on more than one host: how far apart they did. */
export function startSkews(events: readonly RunEvent[]): StartSkew[] {
  const groups = new Map<number, { step: ScheduledStep; began: Interval }[]>()
  for (const step of scheduledSteps(events)) {
    const began = step.isOnTime ? beganOf(events, step) : null
    if (began) groups.set(step.plannedMs, [...(groups.get(step.plannedMs) ?? []), { step, began }])
  }
  return [...groups].flatMap(([plannedMs, started]) => {
    if (new Set(started.map(({ step }) => step.host)).size < 2) return []
    const [froms, tos] = [started.map(({ began }) => began.fromMs), started.map(({ began }) => began.toMs)]
    const middles = started.map(({ began }) => middle(began))
    return [
      {
        ...{ plannedMs, ms: Math.max(...middles) - Math.min(...middles) },
        lowerMs: Math.max(0, Math.max(...froms) - Math.min(...tos)),
        upperMs: Math.max(...tos) - Math.min(...froms),
        steps: started.map(({ step }) => step),
      },
    ]
  })
}

/** How late the steps began that were to begin with the scenario's time: the latest one; null when none did. */
export function latest(events: readonly RunEvent[]): { step: ScheduledStep; lateMs: number } | null {
  const late = scheduledSteps(events).flatMap((step) => {
    const began = step.isOnTime ? beganOf(events, step) : null
    return began ? [{ step, lateMs: middle(began) - step.plannedMs }] : []
  })
  return late.toSorted((a, b) => b.lateMs - a.lateMs)[0] ?? null
}

/** How long after the time that it was scheduled for a scenario's latest step began; null: it was not, or none did. */
export function wallClockStart(
  events: readonly RunEvent[],
): { askedMs: number /** Until all was ready. */; heldUpMs: number; ms: number; step: ScheduledStep } | null {
  const start = events.find((event) => event.kind === 'schedule-started')
  const late = latest(events)
  if (!late || start?.kind !== 'schedule-started' || start.askedMs === null) return null
  const heldUpMs = start.startMs - start.askedMs
  return { askedMs: start.askedMs, heldUpMs, ms: heldUpMs + Math.max(0, late.lateMs), step: late.step }
}
