import { PROBE_KINDS, type SampleKind, type SampleRow, SUM_SOCKET } from '../domain/sample'
import { type Edge, edgeFinder } from './edges'

const REPLY = PROBE_KINDS.indexOf('reply')

/** A series, or what is left of it: rows by ascending index, and which of them are edges. */
export type Sketch = { firstIndex: number; lastIndex: number; indexes: number[]; rows: SampleRow[]; edges: Edge[] }

/** What of a row a chart draws; null: nothing by itself. */
const DRAWN: Record<SampleKind, (row: SampleRow, previous: SampleRow | undefined) => number | null> = {
  probe: (row) => (row[0] === REPLY ? (row[3] ?? null) : null),
  phase: () => null,
  traffic: (row) => row[4] ?? null,
  poll: (row) => (row[1] ?? 0) - (row[0] ?? 0),
  path: (row) => row[3] ?? row[1] ?? null,
  requests: (row) => row[1] ?? null,
  capture: (row, previous) => (row[1] ?? 0) - (previous?.[1] ?? row[1] ?? 0),
}

/** Of the edges the weightiest that are at most `most` rows. */
function heaviest(edges: readonly Edge[], most: number): Edge[] {
  const kept: Edge[] = []
  let rows = 0
  for (const edge of edges.toSorted((a, b) => b.weight - a.weight)) {
    rows += edge.at.length
    if (rows > most) break
    kept.push(edge)
  }
  return kept
}

/**
 * Positions of at most `most` rows, ascending, that show what all of them show: the edges of outages and changes (the
 * longest first, if there are too many), and of every stretch of equal length its smallest and its largest value.
 */
export function pick(kind: SampleKind, sketch: Sketch, most: number): number[] {
  const { firstIndex, lastIndex, indexes, rows, edges } = sketch
  if (rows.length <= most) return rows.map((_, at) => at)
  const kept = new Set<number>([0, rows.length - 1])
  for (const { at } of edges.toSorted((a, b) => b.weight - a.weight)) {
    if (kept.size + at.length > most * 0.75) break
    for (const index of at) kept.add(positionOf(indexes, index))
  }
  const perBucket = kind === 'capture' ? 3 : 2
  const buckets = Math.floor((most - kept.size) / perBucket)
  const count = lastIndex - firstIndex + 1
  const drawn = DRAWN[kind]
  let at = 0
  for (let bucket = 0; bucket < buckets; bucket++) {
    const until = firstIndex + Math.floor(((bucket + 1) * count) / buckets)
    const low = { at: -1, value: Infinity }
    const high = { at: -1, value: -Infinity }
    for (; at < rows.length && (indexes[at] ?? 0) < until; at++) {
      const previous = indexes[at - 1] === (indexes[at] ?? 0) - 1 ? rows[at - 1] : undefined
      const value = drawn(rows[at] ?? [], previous)
      if (value === null) continue
      if (value < low.value) Object.assign(low, { at, value })
      if (value > high.value) Object.assign(high, { at, value })
    }
    for (const found of kind === 'capture' ? [low.at, high.at - 1, high.at] : [low.at, high.at])
      if (found >= 0) kept.add(found)
  }
  return [...kept].sort((a, b) => a - b)
}

/** Where `index` stands in the rising `indexes`, by halving. */
function positionOf(indexes: readonly number[], index: number): number {
  let low = 0
  let high = indexes.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((indexes[middle] ?? 0) < index) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * From so many rows on a stream is thinned from its sketch, whose stretches are then as fine as a chart's. Of polls
 * nothing is drawn but where their answer changes.
 */
export const sketchFromRows = (kind: SampleKind): number => (kind === 'poll' ? 5000 : 50_000)

/** Rows of which the smallest and the largest value are kept. */
const BUCKET_ROWS = 128
/** Of so many rows at most so many rows of edges are kept: more than any chart asks for. */
const GROUP_ROWS = 16_384
const GROUP_EDGE_ROWS = 600

type Kept = { at: number; row: SampleRow }
type Extreme = { at: number; value: number; row: SampleRow; previous: Kept | null } | null

/** Makes the sketch of a stream while its rows come by; it costs a hundredth of their memory. */
export class Sketcher {
  readonly #kind: SampleKind
  readonly #finder
  #first: Kept | null = null
  #last: Kept | null = null
  #kept: Kept[] = []
  #edges: Edge[] = []
  #groupEdges: Edge[] = []
  #low: Extreme = null
  #high: Extreme = null
  #summed = false

  constructor(kind: SampleKind) {
    this.#kind = kind
    this.#finder = edgeFinder(kind)
  }

  /** The index that is expected next. */
  get next(): number {
    return (this.#last?.at ?? -1) + 1
  }

  push(at: number, row: SampleRow): void {
    if (this.#kind === 'traffic' && !this.#isSum(row)) {
      this.#last = { at, row }
      return
    }
    const previous = this.#last
    this.#last = { at, row }
    this.#first ??= this.#last
    if (previous && Math.floor(previous.at / BUCKET_ROWS) !== Math.floor(at / BUCKET_ROWS)) this.#closeBucket()
    if (previous && Math.floor(previous.at / GROUP_ROWS) !== Math.floor(at / GROUP_ROWS)) this.#closeGroup()
    this.#finder.push(at, row)
    const value = DRAWN[this.#kind](row, previous?.row)
    if (value === null) return
    if (!this.#low || value < this.#low.value) this.#low = { at, value, row, previous }
    if (!this.#high || value > this.#high.value) this.#high = { at, value, row, previous }
  }

  /** Where sum lines are printed, the single sockets are left out: the chart of a long run has no room for them. */
  #isSum(row: SampleRow): boolean {
    if (row[0] !== SUM_SOCKET) return !this.#summed
    if (!this.#summed) {
      this.#summed = true
      this.#first = this.#low = this.#high = null
    }
    return true
  }

  #bucket(): Kept[] {
    const found = [this.#low, this.#high].filter((extreme) => extreme !== null)
    const gap = this.#kind === 'capture' ? (this.#high?.previous ?? null) : null
    return gap ? [...found, gap] : found
  }

  #closeBucket(): void {
    this.#kept.push(...this.#bucket().map(({ at, row }) => ({ at, row })))
    this.#low = this.#high = null
  }

  #closeGroup(): void {
    const edges = [...this.#groupEdges, ...this.#finder.take()]
    this.#edges.push(...heaviest(edges, GROUP_EDGE_ROWS))
    this.#groupEdges = []
  }

  /** The sketch of what came so far; null before the first row. */
  sketch(): Sketch | null {
    if (!this.#first || !this.#last) return null
    this.#groupEdges.push(...this.#finder.take())
    const edges = [...this.#edges, ...heaviest([...this.#groupEdges, ...this.#finder.rest()], GROUP_EDGE_ROWS)]
    const rows = new Map<number, SampleRow>()
    for (const { at, row } of [this.#first, ...this.#kept, ...this.#bucket(), this.#last]) rows.set(at, row)
    for (const edge of edges) for (const [i, at] of edge.at.entries()) rows.set(at, edge.rows[i] ?? [])
    return sketchOf(rows, edges)
  }
}

/** A sketch of these rows, keyed by index in any order. */
export function sketchOf(rows: ReadonlyMap<number, SampleRow>, edges: Edge[]): Sketch {
  const indexes = [...rows.keys()].sort((a, b) => a - b)
  return {
    firstIndex: indexes[0] ?? 0,
    lastIndex: indexes.at(-1) ?? -1,
    indexes,
    rows: indexes.map((index) => rows.get(index) ?? []),
    edges,
  }
}
