import { SAMPLE_COLUMNS, type SampleRow, type StreamId, streamKind } from '../domain/sample'
import { type Effort, encodeRows } from './chunk-codec'
import type { Database } from './client'
import { type RowRange, type Rows, readRows, storedStreams, timeColumn, within } from './sample-reader'

/** What one stream has that is not stored yet: rows first, first + 1, … */
type Buffer = { first: number; rows: SampleRow[] }
type RunBuffers = { streams: Map<StreamId, Buffer>; timer: NodeJS.Timeout | null; writing: Promise<void> }

/** At least each second, so that a crash costs no more than that. */
const FLUSH_EVERY_MS = 800

/** A stored chunk, ready for the database. */
export async function chunkOf(runId: string, stream: StreamId, { first, rows }: Rows, effort: Effort) {
  const column = timeColumn(stream)
  let fromMs: number | null = null
  let toMs: number | null = null
  for (const row of rows) {
    const ms = row[column] ?? null
    if (ms === null) continue
    fromMs = fromMs === null ? ms : Math.min(fromMs, ms)
    toMs = toMs === null ? ms : Math.max(toMs, ms)
  }
  const data = await encodeRows(rows, effort)
  return { runId, stream, firstIndex: first, lastIndex: first + rows.length - 1, fromMs, toMs, data }
}

/** Samples: taken at once, stored in chunks; what is not stored yet can be read as well. */
export class PrismaSampleStore {
  #database: Database
  #runs = new Map<string, RunBuffers>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Takes rows and returns the index of the first. Throws RangeError when they do not have the stream's columns. */
  push(runId: string, stream: StreamId, rows: readonly SampleRow[]): number {
    const width = SAMPLE_COLUMNS[streamKind(stream)].length
    if (rows.some((row) => row.length !== width)) throw new RangeError(`${stream}: expected rows of ${width} columns`)
    const run = this.#run(runId)
    const buffer = run.streams.get(stream) ?? { first: 0, rows: [] }
    run.streams.set(stream, buffer)
    const first = buffer.first + buffer.rows.length
    for (const row of rows) buffer.rows.push(row)
    this.#schedule(runId, run)
    return first
  }

  /** Resolves when everything that was pushed is stored; rejects with AppError "store" when it is not. */
  flush(runId: string): Promise<void> {
    const run = this.#runs.get(runId)
    if (!run) return Promise.resolve()
    if (run.timer) clearTimeout(run.timer)
    run.timer = null
    const write = () => this.#write(runId, run)
    const written = run.writing.then(write, write)
    run.writing = written.catch(() => {})
    return written
  }

  /** Flushes and forgets the run; rows pushed later are an error of the caller. */
  async close(runId: string): Promise<void> {
    await this.flush(runId)
    this.#runs.delete(runId)
  }

  async streams(runId: string): Promise<StreamId[]> {
    const buffered = [...(this.#runs.get(runId)?.streams.keys() ?? [])]
    return [...new Set([...(await storedStreams(this.#database, runId)), ...buffered])].sort()
  }

  /** Rows of one stream in index order, stored and not yet stored, in chunks that do not hold up the event loop. */
  async *read(runId: string, stream: StreamId, range: RowRange = {}): AsyncGenerator<Rows> {
    let next = range.fromIndex ?? 0
    for (;;) {
      for await (const part of readRows(this.#database, runId, stream, { ...range, fromIndex: next })) {
        next = part.first + part.rows.length
        yield part
      }
      const buffer = this.#runs.get(runId)?.streams.get(stream)
      // Rows may have gone from the buffer into the store while that was read.
      if ((!buffer || buffer.first > next) && (await this.#holds(runId, stream, next, range))) continue
      const part =
        buffer && within(stream, { first: buffer.first, rows: [...buffer.rows] }, { ...range, fromIndex: next })
      if (part) yield part
      return
    }
  }

  async #holds(runId: string, stream: StreamId, next: number, range: RowRange): Promise<boolean> {
    for await (const _ of readRows(this.#database, runId, stream, { ...range, fromIndex: next })) return true
    return false
  }

  #run(runId: string): RunBuffers {
    const run = this.#runs.get(runId) ?? { streams: new Map(), timer: null, writing: Promise.resolve() }
    this.#runs.set(runId, run)
    return run
  }

  /** A failed write keeps its rows and is tried again; flush and close tell of it. */
  #schedule(runId: string, run: RunBuffers): void {
    run.timer ??= setTimeout(() => void this.flush(runId).catch(() => this.#schedule(runId, run)), FLUSH_EVERY_MS)
  }

  async #write(runId: string, run: RunBuffers): Promise<void> {
    const taken = [...run.streams].flatMap(([stream, { first, rows }]) =>
      rows.length > 0 ? [{ stream, first, rows: rows.slice() }] : [],
    )
    if (taken.length === 0) return
    const data = await Promise.all(taken.map((rows) => chunkOf(runId, rows.stream, rows, 'fast')))
    await this.#database.run((prisma) => prisma.sampleChunk.createMany({ data }))
    for (const { stream, rows } of taken) {
      const buffer = run.streams.get(stream)
      if (!buffer) continue
      buffer.first += rows.length
      buffer.rows.splice(0, rows.length)
    }
  }
}
