import { setImmediate as nextTurn } from 'node:timers/promises'
import { type SampleRow, type StreamId, streamKind } from '../domain/sample'
import type { Edge } from '../measure/edges'
import { type Sketch, Sketcher, sketchFromRows, sketchOf } from '../measure/thinning'
import { decodeRows, encodeRows } from './chunk-codec'
import type { Database } from './client'
import { type Rows, readRows } from './sample-reader'

/** Taken in before the event loop gets its turn. */
const ROWS_A_TURN = 8192
/** The longest edge: last answer, first and last loss, first answer. */
const EDGE_ROWS = 4

/** Takes rows in, the event loop free in between. */
export async function sketchRows(sketcher: Sketcher, parts: AsyncIterable<Rows>): Promise<void> {
  let thisTurn = 0
  for await (const { first, rows } of parts) {
    for (let i = 0; i < rows.length; i++) sketcher.push(first + i, rows[i] ?? [])
    thisTurn += rows.length
    if (thisTurn < ROWS_A_TURN) continue
    thisTurn = 0
    await nextTurn()
  }
}

/** Makes the overview of a stored stream, and keeps it where the stream is long: a short run costs no byte more. */
export async function makeOverview(database: Database, runId: string, stream: StreamId): Promise<Sketch | null> {
  const sketcher = new Sketcher(streamKind(stream))
  await sketchRows(sketcher, readRows(database, runId, stream))
  const sketch = sketcher.sketch()
  if (sketch && sketcher.next >= sketchFromRows(streamKind(stream))) await store(database, runId, stream, sketch)
  return sketch
}

async function store(database: Database, runId: string, stream: StreamId, { indexes, rows, edges }: Sketch) {
  const numbered = rows.map((row, i): SampleRow => [indexes[i] ?? 0, ...row])
  const listed = edges.map(
    ({ weight, at }): SampleRow => [weight, ...Array.from({ length: EDGE_ROWS }, (_, i) => at[i] ?? null)],
  )
  const data = { rows: await encodeRows(numbered, 'small'), edges: await encodeRows(listed, 'small') }
  const id = { runId, stream }
  await database.run((prisma) =>
    prisma.sampleOverview.upsert({ where: { runId_stream: id }, create: { ...id, ...data }, update: data }),
  )
}

/** The stored overview of a stream; null when there is none. */
export async function readOverview(database: Database, runId: string, stream: StreamId): Promise<Sketch | null> {
  const stored = await database.run((prisma) =>
    prisma.sampleOverview.findUnique({ where: { runId_stream: { runId, stream } } }),
  )
  if (!stored) return null
  const rows = new Map((await decodeRows(stored.rows)).map(([index, ...row]) => [index ?? 0, row] as const))
  const edges = (await decodeRows(stored.edges)).map(([weight, ...at]): Edge => {
    const members = at.filter((index) => index !== null)
    return { weight: weight ?? 0, at: members, rows: members.map((index) => rows.get(index) ?? []) }
  })
  return sketchOf(rows, edges)
}
