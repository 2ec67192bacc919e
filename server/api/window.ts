import { type SampleRow, streamKind } from '../domain/sample'
import type { RunWindow, WindowSeries } from '../domain/views'
import { requireRun } from './run-detail'
import type { Services } from './services'
import { thin } from './thin'

export type WindowRequest = {
  id: string
  /** On each stream's own clock, epoch ms, inclusive. */
  fromMs?: number | null
  toMs?: number | null
  /** All when left out. */
  streams?: string[]
  maxPoints: number
}

/** traffic rows of the SUM line; a chart of a long run has no room for the single sockets. */
const SUM_SOCKET = -1

async function readSeries(services: Services, request: WindowRequest, stream: string): Promise<WindowSeries> {
  const { id, maxPoints, fromMs, toMs } = request
  const indexes: number[] = []
  const rows: SampleRow[] = []
  const range = { fromMs: fromMs ?? undefined, toMs: toMs ?? undefined }
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

/** A series per stream, thinned to maxPoints rows, edges of outages kept. Rejects with AppError not-found. */
export async function readWindow(services: Services, request: WindowRequest): Promise<RunWindow> {
  await requireRun(services, request.id)
  const all = await services.samples.streams(request.id)
  const series: WindowSeries[] = []
  for (const stream of all.filter((s) => request.streams?.includes(s) ?? true))
    series.push(await readSeries(services, request, stream))
  return { fromMs: request.fromMs ?? null, toMs: request.toMs ?? null, series }
}
