import { START_LATE_MS, START_LEAD_MS } from '../cases/scenario'
import { formatUtc } from '../domain/format'
import type { ScheduleStore } from '../domain/ports'
import type { Schedule } from '../domain/scenario-views'
import { asAppError, withHint } from '../errors'

/** So often the clock is looked at again: it is set, a computer sleeps, and no timer takes more than 2^31 ms. */
const LOOK_MS = 30_000

export type ClockworkDeps = {
  schedules: ScheduleStore
  /** Starts a run whose steps begin at that time. Rejects with AppError. */
  start: (schedule: Schedule) => Promise<{ id: string }>
  nowMs?: () => number
}

/** Starts runs at their time, whoever has a browser open; what was missed is told, never run late. */
export class Clockwork {
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #nowMs: () => number
  #isClosed = false

  constructor(private readonly deps: ClockworkDeps) {
    this.#nowMs = deps.nowMs ?? Date.now
  }

  /** After a start of the app: what waits goes on waiting, what was missed meanwhile is marked. */
  async resume(): Promise<void> {
    for (const schedule of await this.deps.schedules.open()) {
      if (schedule.state === 'started')
        await this.#miss(schedule, 'the dashboard ended while it was being started; look at the history')
      else if (schedule.atMs <= this.#nowMs()) await this.#miss(schedule, 'the dashboard was not running then')
      else this.follow(schedule)
    }
  }

  /** Waits for it; one that waits no more is let go. */
  follow(schedule: Schedule): void {
    clearTimeout(this.#timers.get(schedule.id))
    this.#timers.delete(schedule.id)
    if (schedule.state !== 'waiting' || this.#isClosed) return
    const leftMs = () => schedule.atMs - START_LEAD_MS - this.#nowMs()
    const timer = setTimeout(
      () => (leftMs() > 0 ? this.follow(schedule) : void this.#begin(schedule).catch(told)),
      Math.max(0, Math.min(leftMs(), LOOK_MS)),
    )
    // What is scheduled must not keep a process from ending.
    timer.unref()
    this.#timers.set(schedule.id, timer)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  async #begin(schedule: Schedule): Promise<void> {
    this.#timers.delete(schedule.id)
    const { schedules } = this.deps
    const now = await schedules.get(schedule.id)
    if (now?.state !== 'waiting') return
    if (this.#nowMs() > schedule.atMs + START_LATE_MS)
      return this.#miss(schedule, 'this computer slept or was busy then')
    // Before the run: after a crash in between it is not started twice.
    await schedules.patch(schedule.id, { state: 'started' })
    try {
      const { id } = await this.deps.start(schedule)
      await schedules.patch(schedule.id, { runId: id })
    } catch (error) {
      await schedules.patch(schedule.id, { state: 'refused', message: withHint(asAppError(error)) })
    }
  }

  async #miss(schedule: Schedule, why: string): Promise<void> {
    const message = `Not run at ${formatUtc(schedule.atMs)}: ${why}.`
    console.error(`failover-lab: scenario "${schedule.title}" of lab "${schedule.lab}": ${message}`)
    await this.deps.schedules.patch(schedule.id, { state: 'missed', message })
  }
}

const told = (error: unknown): void => console.error(`failover-lab: a scheduled run: ${asAppError(error).message}`)
