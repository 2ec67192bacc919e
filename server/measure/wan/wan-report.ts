import type { Interval } from '../../domain/ids'
import {
  LINK_DIRECTIONS,
  type LinksGap,
  type PathStretch,
  type PathUse,
  type WanCaptured,
  type WanReport,
} from '../../domain/wan-run'
import { pathBins } from './captured-links'
import { allTrips, pathsOf } from './links-outage'
import { gapBounds } from './outage'
import { flapping, pathUse } from './path-use'
import type { WanAnalysis } from './run-analysis'
import { gapsIn, unionOf } from './segments'

type Bins = ReturnType<typeof pathBins>

/** How long each path carried most of the traffic in a window; the longest first. */
export function usedIn(uses: readonly PathUse[], window: Interval): PathStretch['used'] {
  const times = new Map<PathUse['path'], number>()
  for (const { path, fromMs, toMs } of uses) {
    const ms = Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs)
    if (ms > 0) times.set(path, (times.get(path) ?? 0) + ms)
  }
  return [...times].map(([path, ms]) => ({ path, ms })).sort((a, b) => b.ms - a.ms)
}

/** The traffic over all links together, each way. */
function linksPaths(analysis: WanAnalysis, captured: WanCaptured) {
  // Answers that come later are a pause towards the router, and no outage.
  const trips = allTrips(analysis.probes)
  return LINK_DIRECTIONS.map(({ direction }) => ({ direction, ...pathsOf(analysis, captured, direction, trips) }))
}

/** Every pause of the traffic over all links together, in either direction, as long as it was captured. */
function linksGaps(all: ReturnType<typeof linksPaths>, endMs: number): LinksGap[] {
  const gaps = all.flatMap(({ direction, ...paths }) => {
    const union = unionOf(paths.streams, paths.gapMs)
    const window = { fromMs: union[0]?.fromMs ?? endMs, toMs: endMs }
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
  const cuts = changes.flatMap(({ fault: { title }, t0 }) => (t0 ? [{ title, atMs: t0.toMs, untilMs: t0.fromMs }] : []))
  const begins = [{ title: 'Before', atMs: fromMs, untilMs: fromMs }, ...cuts]
  return begins.flatMap(({ title, atMs }, i) => {
    const window = { fromMs: atMs, toMs: begins[i + 1]?.untilMs ?? captured.endMs }
    return window.toMs > window.fromMs ? [{ title, ...window, used: usedIn(uses, window) }] : []
  })
}

/** How often the path changed from the first degradation until the last link was good again; null without any. */
function oscillationOf({ degradations, changes, captured }: WanAnalysis, bins: Bins): WanReport['oscillation'] {
  const [first] = degradations
  if (!first || !captured) return null
  const end = { fromMs: captured.endMs, toMs: captured.endMs }
  const until = changes.findLast(({ isGood, t0 }) => isGood && t0)?.t0 ?? end
  const found = flapping(bins, { t0: first.t0, until, degraded: first.change.link })
  // Each link that fails is left: of several only the number is told.
  const perMinute = degradations.length === 1 ? found.perMinute : null
  return { changes: found.changes.length, perMinute, periodMs: found.periodMs }
}

/** What the captures show together; null when they were not read. */
export function wanReport(analysis: WanAnalysis): WanReport | null {
  const { captured, doubts, openMs } = analysis
  if (!captured) return null
  const bins = pathBins(analysis)
  const uses = pathUse(bins)
  const told = doubts.length === 0
  const paths = linksPaths(analysis, captured)
  return {
    clock: analysis.evidence.lab.wan.pve.host,
    ...{ doubts, openMs, paths: uses, spacingMs: captured.spacingMs },
    binMs: [...bins.values()][0]?.binMs ?? 0,
    gapMs: Math.max(...paths.map(({ gapMs }) => gapMs)),
    gaps: told ? linksGaps(paths, captured.endMs) : [],
    stretches: stretchesOf(analysis, uses),
    oscillation: told ? oscillationOf(analysis, bins) : null,
  }
}
