import { PACKET_KINDS, PROBE_KINDS, type SampleKind, type SampleRow } from '../domain/sample'

const REPLY = PROBE_KINDS.indexOf('reply')
const NO_ANSWER = PROBE_KINDS.indexOf('no-answer')
const UNREACHABLE = PROBE_KINDS.indexOf('unreachable')
const GRATUITOUS = PACKET_KINDS.indexOf('gratuitous-arp')

/** icmp_seq wraps at 65536; no answer comes later than this, and no wrap is faster. */
const ANSWER_WITHIN_MS = 30_000

/** Rows that belong together and must not be thinned out; of many the weightiest count most. */
export type Edge = { weight: number; at: number[]; rows: SampleRow[] }

/** Finds edges while rows come by, in order of index. */
export interface EdgeFinder {
  push(at: number, row: SampleRow): void
  /** Those that no later row can change, once each. */
  take(): Edge[]
  /** Those that would come if no row followed. */
  rest(): Edge[]
}

export const isUnanswered = (row: SampleRow): boolean => row[0] === NO_ANSWER || row[0] === UNREACHABLE

/** A row that may begin, end or belong to an outage; `lost` is null while its answer may still come. */
type Waiting = { at: number; row: SampleRow; lost: boolean | null }
type Outage = { before: Waiting | null; first: Waiting | null; last: Waiting | null; lost: number }

const edgeOf = ({ before, first, last, lost }: Outage, next: Waiting | null): Edge => {
  const members = [before, first, last, next].filter((member) => member !== null)
  return { weight: lost, at: members.map(({ at }) => at), rows: members.map(({ row }) => row) }
}

/** Adds one decided row to an outage; the finished one when the row ended it. */
function advance(outage: Outage, row: Waiting): Edge | null {
  if (row.lost) {
    outage.first ??= row
    outage.last = row
    outage.lost++
    return null
  }
  if (row.row[0] !== REPLY) return null
  const edge = outage.first ? edgeOf(outage, row) : null
  Object.assign(outage, { before: row, first: null, last: null, lost: 0 })
  return edge
}

/** Per outage of a probe: the last reply before, the first and the last loss, the first reply after. */
class OutageEdges implements EdgeFinder {
  #asked = new Map<number, Waiting>()
  #queue: Waiting[] = []
  #decided = 0
  #outage: Outage = { before: null, first: null, last: null, lost: 0 }
  #found: Edge[] = []

  push(at: number, row: SampleRow): void {
    const seq = row[2] ?? null
    const stampMs = row[1] ?? 0
    const asked = seq === null ? undefined : this.#asked.get(seq)
    if (seq !== null && isUnanswered(row)) {
      if (asked) asked.lost = true
      const waiting: Waiting = { at, row, lost: null }
      this.#asked.set(seq, waiting)
      this.#queue.push(waiting)
    } else {
      if (seq !== null && asked && asked.lost === null && stampMs - (asked.row[1] ?? 0) < ANSWER_WITHIN_MS) {
        asked.lost = false
        this.#asked.delete(seq)
      }
      if (row[0] === REPLY) this.#queue.push({ at, row, lost: false })
    }
    this.#settle(stampMs)
  }

  #settle(nowMs: number): void {
    for (; this.#decided < this.#queue.length; this.#decided++) {
      const head = this.#queue[this.#decided]
      if (!head) break
      if (head.lost === null) {
        if (nowMs - (head.row[1] ?? 0) < ANSWER_WITHIN_MS) break
        head.lost = true
      }
      const edge = advance(this.#outage, head)
      if (edge) this.#found.push(edge)
    }
    if (this.#decided < 1024) return
    this.#queue.splice(0, this.#decided)
    this.#decided = 0
  }

  take(): Edge[] {
    return this.#found.splice(0)
  }

  rest(): Edge[] {
    const outage = { ...this.#outage }
    const found: Edge[] = []
    for (const waiting of this.#queue.slice(this.#decided)) {
      const edge = advance(outage, { ...waiting, lost: waiting.lost ?? true })
      if (edge) found.push(edge)
    }
    if (outage.first) found.push(edgeOf(outage, null))
    return found
  }
}

/** Rows at which something else begins, each with the one before. */
class Changes implements EdgeFinder {
  #previous: { at: number; row: SampleRow } | null = null
  #found: Edge[] = []

  constructor(private readonly differs: (row: SampleRow, previous: SampleRow) => boolean) {}

  push(at: number, row: SampleRow): void {
    const previous = this.#previous
    this.#previous = { at, row }
    if (previous && this.differs(row, previous.row))
      this.#found.push({ weight: 1, at: [previous.at, at], rows: [previous.row, row] })
  }

  take = (): Edge[] => this.#found.splice(0)
  rest = (): Edge[] => []
}

class Announcements implements EdgeFinder {
  #found: Edge[] = []

  push(at: number, row: SampleRow): void {
    if (row[0] === GRATUITOUS) this.#found.push({ weight: 1, at: [at], rows: [row] })
  }

  take = (): Edge[] => this.#found.splice(0)
  rest = (): Edge[] => []
}

/** What must stay visible in a stream of this kind however far it is thinned out. */
export function edgeFinder(kind: SampleKind): EdgeFinder {
  if (kind === 'probe' || kind === 'phase') return new OutageEdges()
  if (kind === 'poll') return new Changes((row, previous) => row[2] !== previous[2])
  if (kind === 'path') return new Changes((row, previous) => (row[3] === 0) !== (previous[3] === 0))
  if (kind === 'requests') return new Changes((row, previous) => (row[2] === 0) !== (previous[2] === 0))
  if (kind === 'traffic') return new Changes((row, previous) => (row[4] === 0) !== (previous[4] === 0))
  return new Announcements()
}
