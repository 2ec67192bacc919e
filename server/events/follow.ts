import type { RunEvent } from '../domain/event'
import type { RunSummary } from '../domain/run'
import type { SampleBatch } from '../domain/sample'
import type { LiveItem } from '../domain/views'
import { AppError } from '../errors'
import type { BusItem, RunBus } from './bus'

/** What following reads from. */
export type FollowStore = {
  events: { read(runId: string, after: number, limit: number): Promise<RunEvent[]> }
  runs: { get(runId: string): Promise<RunSummary | null> }
}

const PAGE = 500
/** A reader that is this far behind gets no more samples until it has caught up; then it is told to fetch a window. */
const MOST_ROWS = 20_000

const LAST_EVENT_MS = 500

const isEnd = (event: RunEvent) => event.kind === 'run-ended'
const rowsIn = (batches: SampleBatch[]) => batches.reduce((sum, batch) => sum + batch.rows.length, 0)

/** What the bus said and the reader has not taken yet. */
class Inbox {
  #items: BusItem[] = []
  #rows = 0
  #lost = false
  #wake: () => void = () => {}

  put(item: BusItem): void {
    if (item.kind === 'samples') {
      const rows = rowsIn(item.batches)
      this.#lost ||= this.#rows + rows > MOST_ROWS
      if (this.#lost) return
      this.#rows += rows
    }
    this.#items.push(item)
    this.#wake()
  }

  take(): BusItem | 'samples-lost' | null {
    const item = this.#items.shift()
    if (item?.kind === 'samples') this.#rows -= rowsIn(item.batches)
    if (item) return item
    if (!this.#lost) return null
    this.#lost = false
    return 'samples-lost'
  }

  /** Resolves when there is something, on abort, or after `timeoutMs`. */
  wait(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => done(), timeoutMs)
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#wake = done
      if (this.#items.length > 0 || signal.aborted) done()
      else signal.addEventListener('abort', done)
    })
  }
}

/**
 * A run's events after `afterSeq`, first the stored ones, then live ones, no gap, nothing twice; with them samples and
 * changes of the summary. Ends when the run has ended and everything was yielded, or on abort. Following neither starts
 * nor stops work. Throws AppError not-found.
 */
export async function* follow(
  bus: RunBus,
  store: FollowStore,
  runId: string,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<LiveItem> {
  const inbox = new Inbox()
  // Subscribed before the first look into the store: what is stored in between comes both ways, and is sorted out by seq.
  const unsubscribe = bus.subscribe(runId, (item) => inbox.put(item))
  try {
    const summary = await store.runs.get(runId)
    if (!summary) throw new AppError('not-found', `there is no run "${runId}"`)
    let last = afterSeq
    let sawEnd = false
    let waited = false
    const backfill = async function* (): AsyncGenerator<LiveItem> {
      for (let more = true; more && !signal.aborted; ) {
        const events = await store.events.read(runId, last, PAGE)
        last = events.at(-1)?.seq ?? last
        sawEnd ||= events.some(isEnd)
        if (events.length > 0) yield { kind: 'events', events }
        more = events.length === PAGE
      }
    }
    yield { kind: 'summary', summary }
    yield* backfill()
    yield { kind: 'ready' }
    let ended = summary.phase === 'ended'
    while (!signal.aborted) {
      const item = inbox.take()
      if (item === 'samples-lost') yield { kind: 'ready' }
      else if (item?.kind === 'events') {
        const events = item.events.filter((event) => event.seq > last)
        // The bus drops nothing, so there is no gap to expect; if there were one, the store would fill it.
        if (events[0] && events[0].seq !== last + 1) yield* backfill()
        else if (events.length > 0) {
          last = events.at(-1)?.seq ?? last
          sawEnd ||= events.some(isEnd)
          yield { kind: 'events', events }
        }
      } else if (item) {
        if (item.kind === 'summary') ended = item.summary.phase === 'ended'
        yield item
      } else if (ended && (sawEnd || waited)) return
      else if (ended) {
        // The last event may come shortly after the run was marked as ended.
        await inbox.wait(signal, LAST_EVENT_MS)
        waited = true
      } else await inbox.wait(signal)
    }
  } finally {
    unsubscribe()
  }
}
