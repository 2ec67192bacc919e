import type { RunEvent } from '../domain/event'
import { isShown, type SampleRow, type StreamId, streamKind } from '../domain/sample'
import { sketchFromRows } from '../measure/thinning'
import type { Database } from './client'
import { packJson } from './documents'
import { readEvents } from './event-reader'
import { makeOverview, readOverview } from './overview'
import { readRows, storedSpan, storedStreams } from './sample-reader'
import { chunkOf } from './samples'

/** Of one stream; more rows compress little better and hold up the event loop for longer. */
const MERGED_ROWS = 4096
/** Characters of JSON; a pack is decoded as a whole. */
const PACK_CHARS = 400_000
const EVENT_PAGE = 200

/** Turns the small chunks of a stream into big ones. Each step is one transaction: a crash loses and doubles nothing. */
async function mergeStream(database: Database, runId: string, stream: StreamId): Promise<void> {
  const chunks = await database.run((prisma) =>
    prisma.sampleChunk.findMany({ where: { runId, stream }, select: { firstIndex: true, lastIndex: true } }),
  )
  if (chunks.filter((chunk) => chunk.lastIndex - chunk.firstIndex + 1 < MERGED_ROWS).length < 2) return
  let rows: SampleRow[] = []
  let first = 0
  const write = async (count: number) => {
    const part = rows.slice(0, count)
    const merged = await chunkOf(runId, stream, { first, rows: part }, 'small')
    const { firstIndex, lastIndex } = merged
    const where = { runId, stream, firstIndex: { gte: firstIndex }, lastIndex: { lte: lastIndex } }
    await database.run((prisma) =>
      prisma.$transaction([prisma.sampleChunk.deleteMany({ where }), prisma.sampleChunk.create({ data: merged })]),
    )
    rows = rows.slice(count)
    first += count
  }
  for await (const chunk of readRows(database, runId, stream)) {
    for (const row of chunk.rows) rows.push(row)
    // At a chunk's end, so that what is replaced are whole chunks.
    if (rows.length >= MERGED_ROWS) await write(rows.length)
  }
  if (rows.length > 0) await write(rows.length)
}

async function writePack(database: Database, runId: string, events: RunEvent[]): Promise<void> {
  const firstSeq = events[0]?.seq
  const lastSeq = events.at(-1)?.seq
  if (firstSeq === undefined || lastSeq === undefined) return
  const data = await packJson(events, 9)
  await database.run((prisma) =>
    prisma.$transaction([
      prisma.eventPack.create({ data: { runId, firstSeq, lastSeq, data } }),
      prisma.event.deleteMany({ where: { runId, seq: { gte: firstSeq, lte: lastSeq } } }),
    ]),
  )
}

/** Turns event rows into packs. */
async function packEvents(database: Database, runId: string): Promise<void> {
  const packed = await database.run((prisma) =>
    prisma.eventPack.aggregate({ where: { runId }, _max: { lastSeq: true } }),
  )
  let batch: RunEvent[] = []
  let chars = 0
  for (let cursor = packed._max.lastSeq ?? 0; ; ) {
    const page = await readEvents(database, runId, cursor, EVENT_PAGE)
    for (const event of page) {
      batch.push(event)
      chars += JSON.stringify(event).length
      if (chars < PACK_CHARS) continue
      await writePack(database, runId, batch)
      batch = []
      chars = 0
    }
    cursor = page.at(-1)?.seq ?? cursor
    if (page.length < EVENT_PAGE) break
  }
  await writePack(database, runId, batch)
}

/** Turns the small sample chunks of a run into big ones. */
export async function mergeSamples(database: Database, runId: string): Promise<void> {
  for (const stream of await storedStreams(database, runId)) await mergeStream(database, runId, stream)
}

/** Makes what charts need of long streams, once. */
async function makeOverviews(database: Database, runId: string): Promise<void> {
  for (const stream of await storedStreams(database, runId)) {
    const span = isShown(stream) ? await storedSpan(database, runId, stream) : null
    if (!span || span.lastIndex + 1 < sketchFromRows(streamKind(stream))) continue
    if (!(await readOverview(database, runId, stream))) await makeOverview(database, runId, stream)
  }
}

/** Makes an ended run small: big chunks, packed events, free space given back. May be repeated and interrupted. */
export async function compactRun(database: Database, runId: string): Promise<void> {
  await mergeSamples(database, runId)
  await makeOverviews(database, runId)
  await packEvents(database, runId)
  await database.compact()
}
