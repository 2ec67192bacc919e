import type { Interval } from '../../domain/ids'
import { lossOf } from '../../domain/impairment'
import { captureName, LINK_DIRECTIONS, type WanCaptured } from '../../domain/wan-run'
import { clockSetMs } from '../clock-steps'
import type { ProbeAnalysis } from '../probe-analysis'
import { capturedPaths } from './analysis'
import type { CapturedLinks } from './captured-links'
import type { Degradation, LinkChange } from './degradations'
import { type CapturedPaths, type WanOutage, wanOutage } from './outage'
import { sentMeanwhile } from './sent-meanwhile'

/** Round trips of the probes, ms: the longest, and by how much they differ. Infinity and 0 when none was answered. */
type Trips = { longestMs: number; spreadMs: number }

function tripsOf(trips: readonly number[]): Trips {
  const longestMs = trips.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const leastMs = trips.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return trips.length === 0
    ? { longestMs: Number.POSITIVE_INFINITY, spreadMs: 0 }
    : { longestMs, spreadMs: longestMs - leastMs }
}

/** Of the whole run. */
export const allTrips = (probes: readonly ProbeAnalysis[]): Trips =>
  tripsOf(probes.flatMap(({ timeline }) => timeline.records.flatMap(({ rttMs }) => rttMs ?? [])))

/** From shortly before a degradation to the next change; where none was answered then, of the whole run. */
function tripsAfter({ probes, evidence }: CapturedLinks, { probes: seen }: Degradation): Trips {
  const trips = probes.flatMap(({ target, timeline }) => {
    const window = seen.find((one) => one.target.id === target.id)
    if (!window) return []
    const fromMs = window.t0.fromMs - evidence.lab.expectations.baselineMs
    const toMs = window.until?.fromMs ?? Number.POSITIVE_INFINITY
    return timeline.records.flatMap(({ sendMs, rttMs }) =>
      rttMs !== null && sendMs >= fromMs && sendMs <= toMs ? [rttMs] : [],
    )
  })
  return trips.length > 0 ? tripsOf(trips) : allTrips(probes)
}

const sentIn = ({ probes, context, evidence }: CapturedLinks, pause: Interval, { longestMs }: Trips) =>
  sentMeanwhile(probes, pause, { host: evidence.lab.wan.pve.host, context, tripMs: longestMs })

/** Whether answers were cut off in a pause, too, and not only what they answer. */
const isCutBack = (changes: readonly LinkChange[], { fromMs, toMs }: Interval): boolean =>
  changes.some(
    ({ fault: { link }, t0 }) =>
      link && t0 && t0.fromMs <= toMs && t0.toMs >= fromMs && lossOf(link.impairment.toRouter) === 1,
  )

/** The traffic on all links together, in one direction, as the router's side shows it, with what bounds its pauses. */
export function pathsOf(
  run: CapturedLinks,
  captured: WanCaptured,
  direction: 'in' | 'out',
  trips: Trips,
): Omit<CapturedPaths, 'endMs'> {
  const names = run.links.map(({ toRouter }) => captureName({ nic: toRouter.nic.name, direction }))
  const nics = new Map(captured.nics.map((nic) => [captureName(nic), nic]))
  const earlyMs = (pause: Interval) => (isCutBack(run.changes, pause) ? 0 : trips.spreadMs)
  return {
    ...capturedPaths({ ...captured, nics }, names),
    clockMs: clockSetMs(run.evidence.events, run.evidence.lab.wan.pve.host),
    unsentMs: (pause) => sentIn(run, pause, trips).unsentMs,
    ...(direction === 'out' ? { lateMs: trips.longestMs, earlyMs } : {}),
  }
}

/** `caveats`: why the worst gap may be none of the links; with any nothing is told from it. */
export type LinksOutage = WanOutage & { title: string; caveats: string[] }

/** The worst gap over all links after a degradation and before the next change, in either direction; null when none can be told. */
export function gapAfter(run: CapturedLinks, degradation: Degradation): LinksOutage | null {
  const { captured } = run
  if (!captured) return null
  const { t0, until } = degradation
  const endMs = Math.min(captured.endMs, until?.fromMs ?? captured.endMs)
  const trips = tripsAfter(run, degradation)
  const found = LINK_DIRECTIONS.map(({ direction, title }) => {
    const paths = pathsOf(run, captured, direction, trips)
    return { ...wanOutage({ ...paths, endMs }, t0.fromMs, `captures, ${title}`), title }
  })
  const [longest] = found.toSorted((a, b) => (b.worst?.mostMs ?? 0) - (a.worst?.mostMs ?? 0))
  if (!longest?.worst || found.some(({ worst }) => worst === null)) return null
  return { ...longest, caveats: longest.gaps.length > 0 ? sentIn(run, longest.worst, trips).caveats : [] }
}
