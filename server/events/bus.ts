import type { RunEvent } from '../domain/event'
import type { RunSummary } from '../domain/run'
import type { SampleBatch, SampleRow, StreamId } from '../domain/sample'

/** What a run tells those who watch it. */
export type BusItem =
  | { kind: 'events'; events: RunEvent[] }
  | { kind: 'samples'; batches: SampleBatch[] }
  | { kind: 'summary'; summary: RunSummary }

type Listener = (item: BusItem) => void
type Pending = { batches: Map<StreamId, { first: number; rows: SampleRow[] }>; timer: NodeJS.Timeout | null }

/** A screen shows no more than about 30 changes a second; each message costs the browser something. */
const COALESCE_MS = 30

/** Publish and subscribe per run, within this process. Nothing is kept for runs that nobody watches. */
export class RunBus {
  #listeners = new Map<string, Set<Listener>>()
  #everyRun = new Set<(summary: RunSummary) => void>()
  #pending = new Map<string, Pending>()

  /** Returns how to unsubscribe. Listeners must not throw. */
  subscribe(runId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(runId) ?? new Set()
    this.#listeners.set(runId, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(runId) === listeners) this.#listeners.delete(runId)
    }
  }

  /** Summaries of all runs, as they change. */
  onSummary(listener: (summary: RunSummary) => void): () => void {
    this.#everyRun.add(listener)
    return () => this.#everyRun.delete(listener)
  }

  events(runId: string, events: RunEvent[]): void {
    this.#send(runId, { kind: 'events', events })
  }

  summary(summary: RunSummary): void {
    this.#send(summary.id, { kind: 'summary', summary })
    for (const listener of this.#everyRun) listener(summary)
  }

  /** Sent together with what else comes within 30 ms. Rows of a stream must come in order, without a gap. */
  samples(runId: string, stream: StreamId, first: number, rows: readonly SampleRow[]): void {
    if (!this.#listeners.has(runId) || rows.length === 0) return
    const pending = this.#pending.get(runId) ?? { batches: new Map(), timer: null }
    this.#pending.set(runId, pending)
    const batch = pending.batches.get(stream)
    if (batch) for (const row of rows) batch.rows.push(row)
    else pending.batches.set(stream, { first, rows: [...rows] })
    pending.timer ??= setTimeout(() => this.#tick(runId, pending), COALESCE_MS)
  }

  #tick(runId: string, pending: Pending): void {
    this.#pending.delete(runId)
    const batches = [...pending.batches].map(([stream, batch]) => ({ stream, ...batch }))
    this.#send(runId, { kind: 'samples', batches })
  }

  #send(runId: string, item: BusItem): void {
    for (const listener of this.#listeners.get(runId) ?? []) listener(item)
  }
}
