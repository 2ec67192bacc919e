import { type StreamId, streamKind } from '../domain/sample'
import { type Sketch, Sketcher } from '../measure/thinning'
import type { Database } from './client'
import { makeOverview, readOverview, sketchRows } from './overview'
import { type RowRange, type Rows, readChunkEnds, storedSpan } from './sample-reader'
import type { PrismaSampleStore } from './samples'

/** Streams of ended runs whose overview is kept in memory: some that are looked at, a few MB each. */
const MOST_KEPT = 12

type Growing = { sketcher: Sketcher; turn: Promise<unknown> }

/** Overviews of long streams: stored ones of ended runs, and ones that grow with a run that goes on. */
export class SampleOverviews {
  #database: Database
  #samples: PrismaSampleStore
  #kept = new Map<string, Promise<Sketch | null>>()
  #growing = new Map<string, Growing>()

  constructor(database: Database, samples: PrismaSampleStore) {
    this.#database = database
    this.#samples = samples
  }

  /** At least so many rows as the range of a stream holds, without reading one. */
  async size(runId: string, stream: StreamId, range: RowRange = {}): Promise<number> {
    const span = await storedSpan(this.#database, runId, stream, range)
    return span ? span.lastIndex - span.firstIndex + 1 : 0
  }

  /** The rows at both ends of a range of a stored stream; null when it holds none. */
  ends(runId: string, stream: StreamId, range: RowRange): Promise<{ head: Rows; tail: Rows } | null> {
    return readChunkEnds(this.#database, runId, stream, range)
  }

  /** Made, and stored for the next time, where a run of an earlier version has none. */
  ended(runId: string, stream: StreamId): Promise<Sketch | null> {
    const key = `${runId} ${stream}`
    this.#growing.delete(key)
    const found = this.#kept.get(key) ?? this.#load(runId, stream)
    this.#kept.delete(key)
    this.#kept.set(key, found)
    found.catch(() => this.#kept.delete(key))
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST_KEPT)) this.#kept.delete(oldest)
    return found
  }

  async #load(runId: string, stream: StreamId): Promise<Sketch | null> {
    return (await readOverview(this.#database, runId, stream)) ?? (await makeOverview(this.#database, runId, stream))
  }

  /** Of a run that goes on: only what is new since the last question is read. */
  async live(runId: string, stream: StreamId): Promise<Sketch | null> {
    const key = `${runId} ${stream}`
    const growing = this.#growing.get(key) ?? { sketcher: new Sketcher(streamKind(stream)), turn: Promise.resolve() }
    this.#growing.set(key, growing)
    const { sketcher } = growing
    const grow = () => sketchRows(sketcher, this.#samples.read(runId, stream, { fromIndex: sketcher.next }))
    growing.turn = growing.turn.then(grow, grow)
    await growing.turn
    return sketcher.sketch()
  }

  /** Lets go of what grew with a run. */
  forget(runId: string): void {
    for (const key of this.#growing.keys()) if (key.startsWith(`${runId} `)) this.#growing.delete(key)
  }
}
