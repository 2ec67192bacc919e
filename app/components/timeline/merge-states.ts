import type { Span, StateSegment } from './model'

/** States in turn, each of them too short to be seen. */
export type ManyStates = Span & { changes: number }

/** Narrower than this, a state is no more than a line, px. */
const THIN_PX = 2

/** What of the segments can be told apart in the view; several thin ones in a row become one. */
export function drawable(
  segments: readonly StateSegment[],
  view: Span,
  widthPx: number,
): (StateSegment | ManyStates)[] {
  const thinMs = ((view.toMs - view.fromMs) / Math.max(1, widthPx)) * THIN_PX
  const shown: (StateSegment | ManyStates)[] = []
  for (const segment of segments) {
    if (segment.toMs < view.fromMs || segment.fromMs > view.toMs) continue
    const last = shown.at(-1)
    const thin = segment.toMs - segment.fromMs < thinMs
    const joins = thin && last && segment.fromMs - last.toMs < thinMs
    if (joins && 'changes' in last) {
      last.toMs = segment.toMs
      last.changes++
    } else if (joins && last.toMs - last.fromMs < thinMs)
      shown[shown.length - 1] = { fromMs: last.fromMs, toMs: segment.toMs, changes: 2 }
    else shown.push(segment)
  }
  return shown
}
