import type { Interval } from '../../domain/ids'
import { LINK_DIRECTIONS, type LinksGap, type PathStretch, type PathUse, type WanReport } from '../../domain/wan-run'
import { gapBounds, gapThresholdMs } from './outage'
import { oscillationOf, pathChanges, pathUse } from './path-use'
import { pathBins, pathsOf, type WanAnalysis } from './run-analysis'
import { gapsIn, unionOf } from './segments'

/** How long each path carried most of the traffic in a window; the longest first. */
export function usedIn(uses: readonly PathUse[], window: Interval): PathStretch['used'] {
  const times = new Map<PathUse['path'], number>()
  for (const { path, fromMs, toMs } of uses) {
    const ms = Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs)
    if (ms > 0) times.set(path, (times.get(path) ?? 0) + ms)
  }
  return [...times].map(([path, ms]) => ({ path, ms })).sort((a, b) => b.ms - a.ms)
}

/** Every pause of the traffic over all links together, in either direction, as long as it was captured. */
function linksGaps({ captured, links }: WanAnalysis): LinksGap[] {
  if (!captured) return []
  const gaps = LINK_DIRECTIONS.flatMap(({ direction }) => {
    const paths = pathsOf(captured, links, direction, captured.endMs)
    const union = unionOf(paths.streams, paths.gapMs)
    const window = { fromMs: union[0]?.fromMs ?? captured.endMs, toMs: captured.endMs }
    return gapsIn(union, paths.gapMs, window).map(
      (gap): LinksGap => ({ direction, fromMs: gap.fromMs, toMs: gap.toMs, ...gapBounds(paths, gap) }),
    )
  })
  return gaps.sort((a, b) => a.fromMs - b.fromMs)
}

/** From the first packet of the traffic on: before, after each change, and to the end. */
function stretchesOf({ changes, captured }: WanAnalysis, uses: readonly PathUse[]): PathStretch[] {
  const fromMs = uses.find(({ path }) => path !== null)?.fromMs
  if (fromMs === undefined || !captured) return []
  const cuts = changes.flatMap(({ title, t0 }) => (t0 ? [{ title, atMs: t0.toMs, untilMs: t0.fromMs }] : []))
  const begins = [{ title: 'Before', atMs: fromMs, untilMs: fromMs }, ...cuts]
  return begins.flatMap(({ title, atMs }, i) => {
    const window = { fromMs: atMs, toMs: begins[i + 1]?.untilMs ?? captured.endMs }
    return window.toMs > window.fromMs ? [{ title, ...window, used: usedIn(uses, window) }] : []
  })
}

/** From the first degradation until everything is good again; null without any. */
function degradedTime({ changes, captured }: WanAnalysis): Interval | null {
  const first = changes.find(({ isGood, t0 }) => !isGood && t0)?.t0
  if (!first || !captured) return null
  const last = changes.findLast(({ isGood, t0 }) => isGood && t0)?.t0
  return { fromMs: first.fromMs, toMs: last && last.fromMs > first.fromMs ? last.fromMs : captured.endMs }
}

/** What the captures show together; null when they were not read. */
export function wanReport(analysis: WanAnalysis): WanReport | null {
  const { captured, doubts, openMs } = analysis
  if (!captured) return null
  const bins = pathBins(analysis)
  const uses = pathUse(bins)
  const window = degradedTime(analysis)
  const told = doubts.length === 0
  return {
    clock: analysis.evidence.lab.wan.pve.host,
    ...{ doubts, openMs, paths: uses, spacingMs: captured.spacingMs },
    binMs: [...bins.values()][0]?.binMs ?? 0,
    gapMs: Math.max(gapThresholdMs(captured.spacingMs ?? 0), ...captured.nics.map(({ gapMs }) => gapMs)),
    gaps: told ? linksGaps(analysis) : [],
    stretches: stretchesOf(analysis, uses),
    oscillation: told && window ? oscillationOf(pathChanges(uses, window), window) : null,
  }
}
