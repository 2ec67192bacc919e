import type { Prisma } from '../../prisma/generated/sqlite/client'
import type { EventBody, RunEvent } from '../domain/event'
import type { Database } from './client'
import { lastSeq, readEvents } from './event-reader'

type Waiting = { body: EventBody; atMs: number; resolve: (event: RunEvent) => void; reject: (error: unknown) => void }
type Log = { waiting: Waiting[]; nextSeq: number | null; writing: boolean }

/** Told of events in order of seq, once they are stored and before their appends resolve. */
export type OnStored = (runId: string, events: RunEvent[]) => void

const BATCH = 100

/**
 * The event log. One writer per run: events get their seq when they are written, so there is neither a gap nor a
 * doublet, whatever fails. Appends that come while a write is under way are written together.
 */
export class PrismaEventLog {
  #database: Database
  #onStored: OnStored
  #logs = new Map<string, Log>()

  constructor(database: Database, onStored: OnStored = () => {}) {
    this.#database = database
    this.#onStored = onStored
  }

  /** Resolves when the event is stored; rejects with AppError "store" when it is not. */
  append(runId: string, body: EventBody): Promise<RunEvent> {
    const log = this.#logs.get(runId) ?? { waiting: [], nextSeq: null, writing: false }
    this.#logs.set(runId, log)
    const stored = new Promise<RunEvent>((resolve, reject) => {
      log.waiting.push({ body, atMs: Date.now(), resolve, reject })
    })
    if (!log.writing) void this.#write(runId, log)
    return stored
  }

  /** Stored events with seq > after, in order, at most `limit`. */
  read(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    return readEvents(this.#database, runId, after, limit)
  }

  /** Drops what is remembered of a run that has ended; a later append asks the database for the last seq. */
  forget(runId: string): void {
    if (this.#logs.get(runId)?.writing === false) this.#logs.delete(runId)
  }

  async #write(runId: string, log: Log): Promise<void> {
    log.writing = true
    while (log.waiting.length > 0) {
      const batch = log.waiting.splice(0, BATCH)
      try {
        const events = await this.#store(runId, log, batch)
        this.#onStored(runId, events)
        for (const [i, event] of events.entries()) batch[i]?.resolve(event)
      } catch (error) {
        // What the database says counts, not what was hoped for.
        log.nextSeq = null
        for (const { reject } of batch) reject(error)
      }
    }
    log.writing = false
  }

  async #store(runId: string, log: Log, batch: Waiting[]): Promise<RunEvent[]> {
    log.nextSeq ??= (await lastSeq(this.#database, runId)) + 1
    const first = log.nextSeq
    const events = batch.map(({ body, atMs }, i): RunEvent => ({ seq: first + i, atMs, ...body }))
    const data = batch.map(({ body: { kind, ...payload }, atMs }, i) => ({
      runId,
      seq: first + i,
      atMs,
      kind,
      payload: payload as Prisma.InputJsonObject,
    }))
    await this.#database.run((prisma) => prisma.event.createMany({ data }))
    log.nextSeq = first + batch.length
    return events
  }
}
