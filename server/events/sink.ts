import type { EventBody, RunEvent } from '../domain/event'
import type { EventSink, SampleSink } from '../domain/ports'
import { isShown, type SampleRow, type StreamId } from '../domain/sample'
import type { RunBus } from './bus'

/** What the sink stores into. */
export type SinkStore = {
  events: { append(runId: string, body: EventBody): Promise<RunEvent> }
  samples: {
    push(runId: string, stream: StreamId, rows: readonly SampleRow[]): number
    flush(runId: string): Promise<void>
    close(runId: string): Promise<void>
  }
}

/**
 * Where a run's events and samples go. Events are stored, then shown (the event log tells the bus once they are
 * stored); samples are shown at once and stored in chunks.
 */
export class RunSink implements EventSink, SampleSink {
  #store: SinkStore
  #bus: RunBus

  constructor(store: SinkStore, bus: RunBus) {
    this.#store = store
    this.#bus = bus
  }

  append(runId: string, body: EventBody): Promise<RunEvent> {
    return this.#store.events.append(runId, body)
  }

  push(runId: string, stream: StreamId, rows: SampleRow[]): void {
    const first = this.#store.samples.push(runId, stream, rows)
    if (isShown(stream)) this.#bus.samples(runId, stream, first, rows)
  }

  flush(runId: string): Promise<void> {
    return this.#store.samples.flush(runId)
  }

  /** The verdict does not wait for small chunks to be merged: the compactor does that once the run has ended. */
  close(runId: string): Promise<void> {
    return this.#store.samples.close(runId)
  }
}
