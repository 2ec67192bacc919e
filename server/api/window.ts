import { isShown, type SampleRow, SUM_SOCKET, streamKind } from '../domain/sample'
import type { RunWindow, WindowSeries } from '../domain/views'
import { cut } from '../measure/cut'
import { pick, type Sketch, sketchFromRows } from '../measure/thinning'
import { requireRun } from './run-detail'
import type { SampleRange, Services } from './services'
import { thin } from './thin'

export type WindowRequest = {
  id: string
  /** On each stream's own clock, epoch ms, inclusive. */
  fromMs?: number | null
  toMs?: number | null
  /** All that charts show when left out. */
  streams?: string[]
  maxPoints: number
}

type Ask = WindowRequest & { stream: string; range: SampleRange; ended: boolean }

/** Every row of the range, thinned out when there are too many. */
async function readRows(services: Services, { id, stream, range, maxPoints }: Ask): Promise<WindowSeries> {
  const indexes: number[] = []
  const rows: SampleRow[] = []
  for await (const part of services.samples.read(id, stream, range))
    for (const [i, row] of part.rows.entries()) {
      indexes.push(part.first + i)
      rows.push(row)
    }
  const kind = streamKind(stream)
  let at = rows.map((_, i) => i)
  if (kind === 'traffic' && rows.length > maxPoints && rows.some((row) => row[0] === SUM_SOCKET))
    at = at.filter((i) => rows[i]?.[0] === SUM_SOCKET)
  const candidates = at.map((i) => rows[i] ?? [])
  const kept = thin(kind, candidates, maxPoints).map((i) => at[i] ?? 0)
  return {
    stream,
    firstIndex: indexes[0] ?? null,
    lastIndex: indexes.at(-1) ?? null,
    count: rows.length,
    indexes: kept.map((i) => indexes[i] ?? 0),
    rows: kept.map((i) => rows[i] ?? []),
  }
}

/** The overview of a range; null where the range is short enough to be read as it is. */
async function sketchOf(services: Services, { id, stream, range, ended }: Ask): Promise<Sketch | null> {
  const { overviews } = services
  const whole = range.fromMs === undefined && range.toMs === undefined
  const few = (rows: number) => rows < sketchFromRows(streamKind(stream))
  // While a run goes on, its newest rows are not stored yet: a part of it is read as it is.
  if (!ended && !whole) return null
  if (few(await overviews.size(id, stream, range))) return null
  if (!ended) return overviews.live(id, stream)
  if (whole) return overviews.ended(id, stream)
  const ends = await overviews.ends(id, stream, range)
  if (!ends || few(ends.tail.first + ends.tail.rows.length - ends.head.first)) return null
  const sketch = await overviews.ended(id, stream)
  return sketch && cut(sketch, ends.head, ends.tail)
}

function seriesOf(sketch: Sketch, stream: string, maxPoints: number): WindowSeries {
  const { firstIndex, lastIndex, indexes, rows } = sketch
  const kept = pick(streamKind(stream), sketch, maxPoints)
  return {
    stream,
    firstIndex,
    lastIndex,
    count: lastIndex - firstIndex + 1,
    indexes: kept.map((at) => indexes[at] ?? 0),
    rows: kept.map((at) => rows[at] ?? []),
  }
}

async function readSeries(services: Services, ask: Ask): Promise<WindowSeries> {
  const sketch = await sketchOf(services, ask)
  return sketch ? seriesOf(sketch, ask.stream, ask.maxPoints) : readRows(services, ask)
}

async function readAll(services: Services, request: WindowRequest, ended: boolean): Promise<RunWindow> {
  const { fromMs, toMs } = request
  const range = { fromMs: fromMs ?? undefined, toMs: toMs ?? undefined }
  const all = await services.samples.streams(request.id)
  const series: WindowSeries[] = []
  for (const stream of all.filter((s) => request.streams?.includes(s) ?? isShown(s)))
    series.push(await readSeries(services, { ...request, stream, range, ended }))
  return { fromMs: fromMs ?? null, toMs: toMs ?? null, series }
}

/** Whole windows of ended runs by what was asked, some 100 kB each: their samples do not change, and each viewer asks. */
const recent = new WeakMap<Services, Map<string, Promise<RunWindow>>>()
const MOST_RECENT = 8

function readRecent(services: Services, request: WindowRequest): Promise<RunWindow> {
  const kept = recent.get(services) ?? new Map<string, Promise<RunWindow>>()
  recent.set(services, kept)
  const key = JSON.stringify(request)
  const found = kept.get(key) ?? readAll(services, request, true)
  kept.delete(key)
  kept.set(key, found)
  found.catch(() => kept.delete(key))
  for (const oldest of [...kept.keys()].slice(0, -MOST_RECENT)) kept.delete(oldest)
  return found
}

/** A series per stream, thinned to maxPoints rows, edges of outages kept. Rejects with AppError not-found. */
export async function readWindow(services: Services, request: WindowRequest): Promise<RunWindow> {
  const { phase } = await requireRun(services, request.id)
  const ended = phase === 'ended'
  const isWhole = request.fromMs == null && request.toMs == null
  return ended && isWhole ? readRecent(services, request) : readAll(services, request, ended)
}
