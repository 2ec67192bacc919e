import { detailOf, type RunDetail } from '../domain/detail'
import type { RunEvent } from '../domain/event'
import type { RunSummary } from '../domain/run'
import { AppError } from '../errors'
import type { Services } from './services'

/** The run, or AppError not-found. */
export async function requireRun(services: Services, runId: string): Promise<RunSummary> {
  const run = await services.runs.get(runId)
  if (run) return run
  throw new AppError('not-found', `there is no run "${runId}"`, { hint: 'Look it up in the history.' })
}

const PAGE = 1000

/** Every stored event of a run, page by page. */
export async function* allEvents(services: Services, runId: string, after = 0): AsyncGenerator<RunEvent> {
  for (let cursor = after; ; ) {
    const page = await services.events.read(runId, cursor, PAGE)
    yield* page
    const last = page.at(-1)
    if (!last || page.length < PAGE) return
    cursor = last.seq
  }
}

/** The run as the Run page shows it. */
export async function readDetail(services: Services, runId: string): Promise<RunDetail> {
  const summary = await requireRun(services, runId)
  const events: RunEvent[] = []
  for await (const event of allEvents(services, runId)) events.push(event)
  // The row was read first, so what only the row knows (phase, queue) may be older than the events, never newer.
  return { ...detailOf(summary, events) }
}
