import type { SampleRow } from '../domain/sample'
import { type Edge, isUnanswered } from './edges'
import { type Sketch, sketchOf } from './thinning'

/** Rows first, first + 1, … */
type Rows = { first: number; rows: readonly SampleRow[] }

/**
 * The part of a sketch from the first row of `head` to the last row of `tail`, which are whole rows of the stream there:
 * its ends are exact, and an outage that goes on beyond one of them begins or ends at its last loss inside.
 */
export function cut(sketch: Sketch, head: Rows, tail: Rows): Sketch {
  const from = head.first
  const to = tail.first + tail.rows.length - 1
  const rows = new Map<number, SampleRow>()
  sketch.indexes.forEach((index, at) => {
    if (index >= from && index <= to) rows.set(index, sketch.rows[at] ?? [])
  })
  const add = ({ first, rows: all }: Rows, at: number): number[] => {
    if (at < 0 || at >= all.length) return []
    rows.set(first + at, all[at] ?? [])
    return [first + at]
  }
  add(head, 0)
  add(tail, tail.rows.length - 1)
  const edges: Edge[] = []
  for (const edge of sketch.edges) {
    const inside = edge.at.filter((index) => index >= from && index <= to)
    const [firstAt = 0, lastAt = 0] = [edge.at[0], edge.at.at(-1)]
    if (lastAt < from || firstAt > to) continue
    const cutLeft = firstAt < from ? add(head, head.rows.findIndex(isUnanswered)) : []
    const cutRight = lastAt > to ? add(tail, tail.rows.findLastIndex(isUnanswered)) : []
    const at = [...new Set([...cutLeft, ...inside, ...cutRight])].sort((a, b) => a - b)
    edges.push({ weight: edge.weight, at, rows: at.map((index) => rows.get(index) ?? []) })
  }
  return sketchOf(rows, edges)
}
