import type { LiveItem } from '../domain/views'
import type { Database } from '../store/client'
import { Compactor } from '../store/compactor'
import { PrismaEventLog } from '../store/events'
import { PrismaRunHistory } from '../store/history'
import { SampleOverviews } from '../store/overviews'
import { PrismaRunStore } from '../store/runs'
import { PrismaSampleStore } from '../store/samples'
import { RunBus } from './bus'
import { follow } from './follow'
import { RunSink } from './sink'

/** Store and bus, wired: whatever is stored of a run is then shown to those who follow it. */
export function createRunLog(database: Database) {
  const bus = new RunBus()
  const compactor = new Compactor(database)
  const events = new PrismaEventLog(database, (runId, stored) => bus.events(runId, stored))
  const samples = new PrismaSampleStore(database)
  const overviews = new SampleOverviews(database, samples)
  const runs = new PrismaRunStore(database, (summary) => {
    bus.summary(summary)
    if (summary.phase !== 'ended') return
    events.forget(summary.id)
    overviews.forget(summary.id)
    compactor.schedule(summary.id)
  })
  const sink = new RunSink({ events, samples }, bus)
  return {
    bus,
    runs,
    history: new PrismaRunHistory(database, runs),
    events,
    samples,
    overviews,
    /** The runner's EventSink and SampleSink. */
    sink,
    compactor,
    follow: (runId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<LiveItem> =>
      follow(bus, { events, runs }, runId, afterSeq, signal),
  }
}
export type RunLog = ReturnType<typeof createRunLog>
