import type { SampleKind, SampleRow } from '../domain/sample'
import { edgeFinder } from '../measure/edges'
import { pick } from '../measure/thinning'

/**
 * Positions of at most `most` rows, ascending, that show what all of them show: the edges of outages and changes (the
 * longest first, if there are too many), and of every stretch of equal length its smallest and its largest value.
 */
export function thin(kind: SampleKind, rows: readonly SampleRow[], most: number): number[] {
  if (rows.length <= most) return rows.map((_, at) => at)
  const finder = edgeFinder(kind)
  const indexes = rows.map((_, at) => at)
  // A plain loop: a long run has 100,000 rows, and the event loop waits.
  for (let at = 0; at < rows.length; at++) finder.push(at, rows[at] ?? [])
  const edges = [...finder.take(), ...finder.rest()]
  return pick(kind, { firstIndex: 0, lastIndex: rows.length - 1, indexes, rows: [...rows], edges }, most)
}
