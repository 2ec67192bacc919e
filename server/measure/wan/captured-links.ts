import type { RunEvent } from '../../domain/event'
import type { Interval } from '../../domain/ids'
import { lossOf } from '../../domain/impairment'
import type { WanLab } from '../../domain/lab'
import type { RunContext } from '../../domain/run'
import type { WanLink } from '../../domain/wan'
import { type CapturedNic, captureName, LINK_DIRECTIONS, type WanCaptured } from '../../domain/wan-run'
import { clockDriftMs } from '../clock-steps'
import type { ProbeAnalysis } from '../probe-analysis'
import { capturedPaths } from './analysis'
import type { Degradation, LinkChange } from './degradations'
import { type CapturedPaths, type WanOutage, wanOutage } from './outage'
import type { PathBins } from './path-use'
import { sentMeanwhile } from './sent-meanwhile'

/** The captures of a run's links. */
export type CapturedLinks = {
  links: readonly WanLink[]
  /** null: the run ended before they were read. */
  captured: WanCaptured | null
  changes: readonly LinkChange[]
  probes: readonly ProbeAnalysis[]
  context: RunContext | null
  evidence: { lab: WanLab; events: readonly RunEvent[] }
}

const nicNamed = (captured: WanCaptured, nic: string, direction: 'in' | 'out'): CapturedNic | undefined =>
  captured.nics.find((one) => one.nic === nic && one.direction === direction)

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

/** From shortly before a degradation to the next change. */
const tripsAfter = ({ probes, evidence }: CapturedLinks, { probes: seen }: Degradation): Trips =>
  tripsOf(
    probes.flatMap(({ target, timeline }) => {
      const window = seen.find((one) => one.target.id === target.id)
      if (!window) return []
      const fromMs = window.t0.fromMs - evidence.lab.expectations.baselineMs
      const toMs = window.until?.fromMs ?? Number.POSITIVE_INFINITY
      return timeline.records.flatMap(({ sendMs, rttMs }) =>
        rttMs !== null && sendMs >= fromMs && sendMs <= toMs ? [rttMs] : [],
      )
    }),
  )

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
    clockMs: clockDriftMs(run.evidence.events, run.evidence.lab.wan.pve.host),
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

/** Packets of the traffic towards the ISPs, per bin, by link. */
export const pathBins = ({ captured, links }: Pick<CapturedLinks, 'captured' | 'links'>): Map<string, PathBins> =>
  new Map(
    links.flatMap(({ id, toRouter }) => {
      const nic = captured && nicNamed(captured, toRouter.nic.name, 'in')
      return nic ? [[id, nic.bins]] : []
    }),
  )

/** Mean packets per bin before an instant, from the first bin with traffic on; 0 without any. */
export function baselineBefore(bins: ReadonlyMap<string, PathBins>, link: string, beforeMs: number): number {
  const of = bins.get(link)
  if (!of) return 0
  const whole = Math.min(of.bins.length, Math.floor((beforeMs - of.originMs) / of.binMs))
  const first = Math.min(
    ...[...bins.values()].map(({ bins: counts }) => {
      const at = counts.findIndex((count) => count > 0)
      return at < 0 ? Number.POSITIVE_INFINITY : at
    }),
  )
  // The first one may have begun before the traffic was told from the rest.
  const chosen = of.bins.slice(Math.min(first + 1, whole), whole)
  return chosen.length === 0 ? 0 : chosen.reduce((sum, count) => sum + count, 0) / chosen.length
}

/** Why no gap, and no path, can be told from the captures; empty when nothing stands in the way. */
export function doubtsOf({ captured, links }: Pick<CapturedLinks, 'captured' | 'links'>): string[] {
  if (!captured) return ['the captures were not read to their end']
  const missing = links.flatMap(({ toRouter: { nic } }) =>
    LINK_DIRECTIONS.flatMap(({ direction }) =>
      nicNamed(captured, nic.name, direction) ? [] : [captureName({ nic: nic.name, direction })],
    ),
  )
  // What else was captured is for looking at: nothing is told from it.
  const needed = captured.nics.filter(({ nic }) => links.some(({ toRouter }) => toRouter.nic.name === nic))
  const doubts = needed.flatMap((nic) => {
    const name = captureName(nic)
    const { error, dropped, backwards } = nic
    return [
      error === null ? [] : [`the capture on ${name} broke off: ${error}`],
      dropped ? [`the kernel dropped ${dropped} packets of the capture on ${name}`] : [],
      dropped === null && error === null ? [`the capture on ${name} did not say whether packets were dropped`] : [],
      backwards > 0 ? [`the capture host's clock was set back (${name})`] : [],
    ].flat()
  })
  const isTold = needed.some(({ traffic }) => traffic !== null)
  return [
    ...missing.map((name) => `nothing was captured on ${name}`),
    ...doubts,
    ...(isTold ? [] : ["the traffic could not be told from the router's own packets"]),
  ]
}
