import type { LossSpan, ProbeLane, Span, TimelineModel } from './model'

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
    const lost = last.lost === null || loss.lost === null ? null : last.lost + loss.lost
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

/**
 * The lanes whose outages are shaded through all others: of a run on a WAN's links those of the traffic over all of them,
 * for on a link that loses packets by chance each single one is an outage of a probe.
 */
export const outageLanes = ({ gaps, probes }: Pick<TimelineModel, 'gaps' | 'probes'>): ProbeLane[] =>
  gaps.length > 0 ? gaps : probes
