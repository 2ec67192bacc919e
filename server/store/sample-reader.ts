import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Prisma } from '../../prisma/generated/sqlite/client'
import { SAMPLE_COLUMNS, type SampleRow, type StreamId, streamKind } from '../domain/sample'
import { decodeRows } from './chunk-codec'
import type { Database } from './client'

/** Bounds, all inclusive: indexes, and epoch ms on the stream's own clock (its time column). */
export type RowRange = { fromIndex?: number; toIndex?: number; fromMs?: number; toMs?: number }

/** Rows first, first + 1, … */
export type Rows = { first: number; rows: SampleRow[] }

const TIME_COLUMN = {
  probe: 'stampMs',
  phase: 'stampMs',
  traffic: 'receivedMs',
  poll: 'startMs',
  capture: 'stampMs',
  path: 'atMs',
  requests: 'atMs',
} as const

/** Where in a row of this stream its time stands. */
export function timeColumn(stream: StreamId): number {
  const kind = streamKind(stream)
  return (SAMPLE_COLUMNS[kind] as readonly string[]).indexOf(TIME_COLUMN[kind])
}

/** The part of `rows` from the first to the last row inside the range; null when none is. */
export function within(stream: StreamId, { first, rows }: Rows, range: RowRange): Rows | null {
  const column = timeColumn(stream)
  const inside = (row: SampleRow, i: number) => {
    if (first + i < (range.fromIndex ?? 0) || first + i > (range.toIndex ?? Infinity)) return false
    if (range.fromMs === undefined && range.toMs === undefined) return true
    const ms = row[column] ?? null
    return ms !== null && ms >= (range.fromMs ?? -Infinity) && ms <= (range.toMs ?? Infinity)
  }
  const from = rows.findIndex(inside)
  if (from < 0) return null
  return { first: first + from, rows: rows.slice(from, rows.findLastIndex(inside) + 1) }
}

export async function storedStreams(database: Database, runId: string): Promise<StreamId[]> {
  const groups = await database.run((prisma) => prisma.sampleChunk.groupBy({ by: ['stream'], where: { runId } }))
  return groups.map((group) => group.stream).sort()
}

/** Small ones of a run that goes on or big ones of one that has ended: at most some 100 kB. */
const CHUNKS_A_QUERY = 32
/** Decoded before the event loop gets its turn. */
const ROWS_A_TURN = 2000

const overlapping = (runId: string, stream: StreamId, range: RowRange): Prisma.SampleChunkWhereInput => {
  const where: Prisma.SampleChunkWhereInput = { runId, stream }
  if (range.fromMs !== undefined) where.toMs = { gte: range.fromMs }
  if (range.toMs !== undefined) where.fromMs = { lte: range.toMs }
  return where
}

/** First and last index of the stored chunks that meet a range; null when none does. */
export async function storedSpan(
  database: Database,
  runId: string,
  stream: StreamId,
  range: RowRange = {},
): Promise<{ firstIndex: number; lastIndex: number } | null> {
  const where = overlapping(runId, stream, range)
  const { _min, _max } = await database.run((prisma) =>
    prisma.sampleChunk.aggregate({ where, _min: { firstIndex: true }, _max: { lastIndex: true } }),
  )
  return _min.firstIndex === null || _max.lastIndex === null
    ? null
    : { firstIndex: _min.firstIndex, lastIndex: _max.lastIndex }
}

/** What of the first and of the last chunk lies in a range of time; null when no row does. */
export async function readChunkEnds(
  database: Database,
  runId: string,
  stream: StreamId,
  range: RowRange,
): Promise<{ head: Rows; tail: Rows } | null> {
  const where = overlapping(runId, stream, range)
  const end = async (order: 'asc' | 'desc'): Promise<Rows | null> => {
    // A chunk may meet the range without a row in it; the next one then has some, or hardly any has.
    for (let skip = 0; ; skip++) {
      const chunk = await database.run((prisma) =>
        prisma.sampleChunk.findFirst({ where, orderBy: { firstIndex: order }, skip }),
      )
      if (!chunk) return null
      const part = within(stream, { first: chunk.firstIndex, rows: await decodeRows(chunk.data) }, range)
      if (part) return part
    }
  }
  const [head, tail] = [await end('asc'), await end('desc')]
  return head && tail ? { head, tail } : null
}

/** Stored rows of one stream in index order, chunk by chunk, the event loop free in between. */
export async function* readRows(
  database: Database,
  runId: string,
  stream: StreamId,
  range: RowRange = {},
): AsyncGenerator<Rows> {
  let rowsThisTurn = 0
  // By index: chunks may be merged while they are read.
  for (let cursor = Math.max(range.fromIndex ?? 0, 0); cursor <= (range.toIndex ?? Infinity); ) {
    const where = { ...overlapping(runId, stream, range), lastIndex: { gte: cursor } }
    const chunks = await database.run((prisma) =>
      prisma.sampleChunk.findMany({ where, orderBy: { firstIndex: 'asc' }, take: CHUNKS_A_QUERY }),
    )
    for (const chunk of chunks) {
      const rows = await decodeRows(chunk.data)
      const part = within(stream, { first: chunk.firstIndex, rows }, { ...range, fromIndex: cursor })
      if (part) yield part
      cursor = chunk.lastIndex + 1
      rowsThisTurn += rows.length
      if (rowsThisTurn >= ROWS_A_TURN) {
        rowsThisTurn = 0
        await nextTurn()
      }
    }
    if (chunks.length < CHUNKS_A_QUERY) return
  }
}
