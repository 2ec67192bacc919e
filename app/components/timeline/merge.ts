import type { LossSpan, Span } from './model'

/** Overlapping stretches become one, so that shade does not lie on shade. */
export function union(spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1)
    if (last && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs)
    else merged.push({ fromMs: span.fromMs, toMs: span.toMs })
  }
  return merged
}

/**
 * What of the losses can be told apart in the view: those that lie less than a pixel apart become one with a count, so
 * that a lossy link of hours is some hundred boxes, not a hundred thousand. `losses` are in order of time.
 */
export function inView(losses: readonly LossSpan[], view: Span, widthPx: number): LossSpan[] {
  const pixelMs = (view.toMs - view.fromMs) / Math.max(1, widthPx)
  const shown: LossSpan[] = []
  let inLast = 0
  for (const loss of losses) {
    if (loss.toMs < view.fromMs || loss.fromMs > view.toMs) continue
    const last = shown.at(-1)
    if (!last || loss.fromMs - last.toMs > pixelMs) {
      shown.push(loss)
      inLast = 1
      continue
    }
    inLast++
    const lost = last.lost + loss.lost
    shown[shown.length - 1] = {
      ...last,
      toMs: Math.max(last.toMs, loss.toMs),
      lost,
      open: loss.open,
      text: `${inLast} outages`,
    }
  }
  return shown
}
