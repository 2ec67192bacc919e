import { PACKET_KINDS, PROBE_KINDS, type SampleKind, type SampleRow } from '../domain/sample'

const REPLY = PROBE_KINDS.indexOf('reply')
const NO_ANSWER = PROBE_KINDS.indexOf('no-answer')
const UNREACHABLE = PROBE_KINDS.indexOf('unreachable')
const GRATUITOUS = PACKET_KINDS.indexOf('gratuitous-arp')

/** icmp_seq wraps at 65536; no answer comes later than this, and no wrap is faster. */
const ANSWER_WITHIN_MS = 30_000

/** Positions of rows that a chart needs, in groups that belong together, the weightiest first. */
type Edges = { weight: number; at: number[] }[]

/** What of a row a chart draws; null: nothing by itself. */
const DRAWN: Record<SampleKind, (row: SampleRow, previous: SampleRow | undefined) => number | null> = {
  probe: (row) => (row[0] === REPLY ? (row[3] ?? null) : null),
  traffic: (row) => row[4] ?? null,
  poll: (row) => (row[1] ?? 0) - (row[0] ?? 0),
  capture: (row, previous) => (row[1] ?? 0) - (previous?.[1] ?? row[1] ?? 0),
}

/** Rows of requests that nobody answered, as far as the rows tell. */
function unanswered(rows: readonly SampleRow[]): Set<number> {
  const pending = new Map<number, number>()
  const found = new Set<number>()
  // Plain loops here and below: a long run has 100,000 rows, and the event loop waits.
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]
    const seq = row?.[2]
    if (!row || seq === null || seq === undefined) continue
    const asked = pending.get(seq)
    if (row[0] === NO_ANSWER || row[0] === UNREACHABLE) {
      if (asked !== undefined) found.add(asked)
      pending.set(seq, at)
    } else if (asked !== undefined && (row[1] ?? 0) - (rows[asked]?.[1] ?? 0) < ANSWER_WITHIN_MS) pending.delete(seq)
  }
  for (const at of pending.values()) found.add(at)
  return found
}

/** Per outage: the last reply before, the first and the last loss, the first reply after. */
function outageEdges(rows: readonly SampleRow[]): Edges {
  const lost = unanswered(rows)
  const edges: Edges = []
  let lastReply: number | null = null
  let run: number[] = []
  const close = (next: number | null) => {
    const at = [lastReply, run[0], run.at(-1), next].filter((i) => typeof i === 'number')
    if (run.length > 0) edges.push({ weight: run.length, at })
    run = []
  }
  for (let at = 0; at < rows.length; at++) {
    if (lost.size > 0 && lost.has(at)) run.push(at)
    else if (rows[at]?.[0] === REPLY) {
      if (run.length > 0) close(at)
      lastReply = at
    }
  }
  close(null)
  return edges
}

/** Rows at which something else begins, each with the one before. */
function changes(rows: readonly SampleRow[], differs: (row: SampleRow, previous: SampleRow) => boolean): Edges {
  return rows.flatMap((row, at) => {
    const previous = rows[at - 1]
    return previous && differs(row, previous) ? [{ weight: 1, at: [at - 1, at] }] : []
  })
}

function edgesOf(kind: SampleKind, rows: readonly SampleRow[]): Edges {
  if (kind === 'probe') return outageEdges(rows)
  if (kind === 'poll') return changes(rows, (row, previous) => row[2] !== previous[2])
  if (kind === 'traffic') return changes(rows, (row, previous) => (row[4] === 0) !== (previous[4] === 0))
  return rows.flatMap((row, at) => (row[0] === GRATUITOUS ? [{ weight: 1, at: [at] }] : []))
}

/**
 * Positions of at most `most` rows, ascending, that show what all of them show: the edges of outages and changes (the
 * longest first, if there are too many), and of every stretch of equal length its smallest and its largest value.
 */
export function thin(kind: SampleKind, rows: readonly SampleRow[], most: number): number[] {
  if (rows.length <= most) return rows.map((_, at) => at)
  const kept = new Set<number>()
  // For a capture the row before a gap is its edge.
  for (const at of [0, rows.length - 1]) kept.add(at)
  for (const { at } of edgesOf(kind, rows).sort((a, b) => b.weight - a.weight)) {
    if (kept.size + at.length > most * 0.75) break
    for (const i of at) kept.add(i)
  }
  const perBucket = kind === 'capture' ? 3 : 2
  const buckets = Math.floor((most - kept.size) / perBucket)
  const drawn = DRAWN[kind]
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * rows.length) / buckets)
    const to = Math.floor(((bucket + 1) * rows.length) / buckets)
    const low = { at: -1, value: Infinity }
    const high = { at: -1, value: -Infinity }
    for (let at = from; at < to; at++) {
      const value = drawn(rows[at] ?? [], rows[at - 1])
      if (value === null) continue
      if (value < low.value) Object.assign(low, { at, value })
      if (value > high.value) Object.assign(high, { at, value })
    }
    for (const at of kind === 'capture' ? [low.at, high.at - 1, high.at] : [low.at, high.at]) if (at >= 0) kept.add(at)
  }
  return [...kept].sort((a, b) => a - b)
}
