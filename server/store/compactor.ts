import type { Database } from './client'
import { compactRun } from './compaction'

/** Lets what is written right after a run's end get in as well. */
const AFTER_MS = 200

/** Compacts ended runs in the background, one at a time. Failures cost space, nothing else, and are made up for later. */
export class Compactor {
  #database: Database
  #work: Promise<void> = Promise.resolve()
  #timers = new Map<string, NodeJS.Timeout>()

  constructor(database: Database) {
    this.#database = database
  }

  schedule(runId: string): void {
    clearTimeout(this.#timers.get(runId))
    this.#timers.set(
      runId,
      setTimeout(() => this.#start(runId), AFTER_MS),
    )
  }

  /** Ended runs whose compaction was cut short: those that still have event rows. */
  async leftovers(): Promise<void> {
    const rows = await this.#database.run((prisma) =>
      prisma.run.findMany({ where: { phase: 'ended', events: { some: {} } }, select: { id: true } }),
    )
    for (const { id } of rows) this.#start(id)
    await this.#work
  }

  /** Resolves when nothing is scheduled or under way. */
  async idle(): Promise<void> {
    for (const runId of [...this.#timers.keys()]) this.#start(runId)
    await this.#work
  }

  #start(runId: string): void {
    clearTimeout(this.#timers.get(runId))
    this.#timers.delete(runId)
    this.#work = this.#work.then(() => compactRun(this.#database, runId)).catch(() => {})
  }
}
