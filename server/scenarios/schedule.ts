import { isOpenEnded, type ScenarioStep, stepTimes } from '../domain/scenario'
import type { ScheduledStep } from '../domain/scheduled'
import { AppError, asAppError, withHint } from '../errors'

/** How a step ended, and when it began. */
export type StepEnd = Omit<ScheduledStep, 'id' | 'title' | 'host' | 'plannedMs' | 'isOnTime'>

/** A step that waits for its beginning: its connection is open, its command has been started and waits. */
export type ArmedStep = {
  /** So long before its time it is to be begun, ms: what is sent then arrives in time. */
  leadMs: number
  /** Begins it; resolves with its end. Never rejects. */
  begin(): Promise<StepEnd>
  /** Ends one that would go on for ever. Never rejects. */
  stop(): Promise<void>
}

export type ScheduleClock = {
  nowMs(): number
  /** Resolves at that time, at once when it is past. Rejects when the signal aborts. */
  until(atMs: number, signal: AbortSignal): Promise<void>
}

export type Schedule = {
  steps: readonly ScenarioStep[]
  /** Common start, epoch ms; null: as soon as all is armed. */
  startAtMs: number | null
  /** So long before its time a step is armed, ms. */
  armMs: number
  clock: ScheduleClock
  signal: AbortSignal
  /** What a step has for itself from its arming to its end, such as a console; the next one for it is armed afterwards. */
  needs: (step: ScenarioStep) => string | null
  /** Rejects when it cannot be armed: the step has failed then. */
  arm(step: ScenarioStep): Promise<ArmedStep>
  /** The common start is known now. */
  onStart(startMs: number): Promise<unknown>
  onBegin(step: ScenarioStep): Promise<unknown>
  onEnd(step: ScenarioStep, scheduled: ScheduledStep): Promise<unknown>
}

/** From the moment that everything is armed to the common start, ms. */
const MARGIN_MS = 200

type Arming = Promise<{ ok: true; armed: ArmedStep } | { ok: false; error: AppError }>
type Ended = { outcome: ScheduledStep['outcome']; endedMs: number }

const never = (outcome: 'failed' | 'skipped', endedMs: number, message: string): StepEnd => ({
  ...{ began: null, stamp: 'none', endedMs, outcome, command: null, exitCode: null, message },
})

/**
 * Runs steps at their times: a step begins at max(at, end of `after` + pause). Those of the common start are armed before
 * it, all others `armMs` before their time. What failed keeps from running only what waits for it. Resolves when all have
 * ended; rejects when the signal aborts, or when what happened cannot be told.
 */
export async function runSchedule(schedule: Schedule): Promise<ScheduledStep[]> {
  const { steps, startAtMs, armMs, clock, signal } = schedule
  const arm = (step: ScenarioStep): Arming =>
    schedule.arm(step).then(
      (armed) => ({ ok: true as const, armed }),
      (error: unknown) => ({ ok: false as const, error: asAppError(error) }),
    )
  const before = predecessors(steps, schedule.needs)
  if (startAtMs !== null) await clock.until(startAtMs - armMs, signal)
  const isEarly = ({ id, at, after }: ScenarioStep) => after === null && at <= armMs && !before.has(id)
  const early = new Map(steps.filter(isEarly).map((step) => [step.id, arm(step)]))
  await Promise.all(early.values())
  signal.throwIfAborted()
  const startMs = Math.max(startAtMs ?? 0, clock.nowMs() + MARGIN_MS)
  await schedule.onStart(startMs)

  const begun = new Map<string, Promise<Ended>>()
  const over = new Map<string, Promise<void>>()
  const results: ScheduledStep[] = []
  let allEnded = () => {}
  const othersEnded = new Promise<void>((resolve) => {
    allEnded = resolve
  })

  /** Resolves with the step's end; `isBegun` is told as soon as what waits for it may go on. */
  const one = async (step: ScenarioStep, isBegun: (ended: Ended) => void): Promise<void> => {
    const { id, title, host, at, after, pause } = step
    const first = after === null ? null : await begun.get(after)
    const freeMs = first ? first.endedMs + pause : 0
    const plannedMs = Math.max(startMs + at, freeMs)
    const tell = async (end: StepEnd): Promise<void> => {
      const scheduled = { ...{ id, title, host, plannedMs, isOnTime: startMs + at >= freeMs }, ...end }
      results.push(scheduled)
      await schedule.onEnd(step, scheduled)
      isBegun(end)
    }
    if (first && first.outcome !== 'ok') return tell(never('skipped', clock.nowMs(), `not run, since ${after} failed`))
    await clock.until(plannedMs - armMs, signal)
    await orAborted(over.get(before.get(id) ?? '') ?? Promise.resolve(), signal)
    const arming = await (early.get(id) ?? arm(step))
    signal.throwIfAborted()
    if (!arming.ok) return tell(never('failed', clock.nowMs(), `it could not be prepared: ${withHint(arming.error)}`))
    const { armed } = arming
    await clock.until(plannedMs - armed.leadMs, signal)
    const end = armed.begin()
    // Not waited for here: others may be to begin at this very moment.
    const isTold = schedule.onBegin(step)
    isTold.catch(() => {})
    if (isOpenEnded(step.action)) {
      isBegun({ outcome: 'ok', endedMs: plannedMs })
      void othersEnded.then(() => armed.stop())
    }
    const ended = await orAborted(end, signal)
    await isTold
    return tell(ended)
  }

  const isOpen = steps.map(({ action }) => isOpenEnded(action))
  const running = steps.map((step) => {
    let isBegun: (ended: Ended) => void = () => {}
    begun.set(
      step.id,
      new Promise((resolve) => {
        isBegun = resolve
      }),
    )
    const work = one(step, isBegun)
    over.set(
      step.id,
      work.catch(() => {}),
    )
    return work
  })
  for (const each of running) each.catch(() => {})
  // An open end never holds up others, so all of those end.
  await Promise.all(running.filter((_, at) => !isOpen[at]))
  allEnded()
  await Promise.all(running)
  const placeOf = (id: string) => steps.findIndex((step) => step.id === id)
  return results.toSorted((a, b) => a.plannedMs - b.plannedMs || placeOf(a.id) - placeOf(b.id))
}

/** Step -> the one that has to be over before it can be armed: none of them comes after it in time, so nothing goes round. */
function predecessors(steps: readonly ScenarioStep[], needs: Schedule['needs']): Map<string, string> {
  const startOf = new Map(stepTimes(steps).map(({ id, startMs }) => [id, startMs]))
  const inTime = steps.toSorted((a, b) => (startOf.get(a.id) ?? 0) - (startOf.get(b.id) ?? 0))
  const last = new Map<string, string>()
  const before = new Map<string, string>()
  for (const step of inTime) {
    const need = needs(step)
    if (need === null) continue
    const previous = last.get(need)
    if (previous !== undefined) before.set(step.id, previous)
    last.set(need, step.id)
  }
  return before
}

/** The run's end does not wait for a step: its processes are ended by their tags. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason ?? new AppError('cancelled', 'cancelled'))
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
