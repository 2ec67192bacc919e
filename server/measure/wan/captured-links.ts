import type { WanLab } from '../../domain/lab'
import type { WanLink } from '../../domain/wan'
import { type CapturedNic, captureName, type WanCaptured } from '../../domain/wan-run'
import type { ProbeAnalysis } from '../probe-analysis'
import { capturedPaths } from './analysis'
import type { Degradation } from './degradations'
import { type CapturedPaths, type WanOutage, wanOutage } from './outage'
import type { PathBins } from './path-use'

/** The captures of a run's links. */
export type CapturedLinks = {
  links: readonly WanLink[]
  /** null: the run ended before they were read. */
  captured: WanCaptured | null
  probes: readonly ProbeAnalysis[]
  evidence: { lab: WanLab }
}

const DIRECTIONS = [
  { direction: 'in', title: 'to the ISPs' },
  { direction: 'out', title: 'to the router' },
] as const

const nicNamed = (captured: WanCaptured, nic: string, direction: 'in' | 'out'): CapturedNic | undefined =>
  captured.nics.find((one) => one.nic === nic && one.direction === direction)

/** The traffic on all links together, in one direction, as the router's side shows it. */
function pathsOf(
  captured: WanCaptured,
  links: readonly WanLink[],
  direction: 'in' | 'out',
): Omit<CapturedPaths, 'endMs'> {
  const names = links.map(({ toRouter }) => captureName({ nic: toRouter.nic.name, direction }))
  return capturedPaths({ ...captured, nics: new Map(captured.nics.map((nic) => [captureName(nic), nic])) }, names)
}

/** The longest round trip that a probe saw from shortly before a change on, ms; Infinity when none was answered. */
function longestTripMs(probes: readonly ProbeAnalysis[], { probes: seen }: Degradation, baselineMs: number): number {
  const trips = probes.flatMap(({ target, timeline }) => {
    const window = seen.find((one) => one.target.id === target.id)
    if (!window) return []
    const [fromMs, toMs] = [window.t0.fromMs - baselineMs, window.until?.fromMs ?? Number.POSITIVE_INFINITY]
    return timeline.records.flatMap(({ sendMs, rttMs }) =>
      rttMs !== null && sendMs >= fromMs && sendMs <= toMs ? [rttMs] : [],
    )
  })
  return trips.length === 0 ? Number.POSITIVE_INFINITY : trips.reduce((a, b) => Math.max(a, b))
}

/** The worst gap over all links after a degradation and before the next change, in either direction; null when none can be told. */
export function gapAfter(
  { captured, links, probes, evidence }: CapturedLinks,
  degradation: Degradation,
): (WanOutage & { title: string }) | null {
  if (!captured) return null
  const { t0, until } = degradation
  const endMs = Math.min(captured.endMs, until?.fromMs ?? captured.endMs)
  const answersLateMs = longestTripMs(probes, degradation, evidence.lab.expectations.baselineMs)
  const found = DIRECTIONS.map(({ direction, title }) => {
    const paths = pathsOf(captured, links, direction)
    const lateMs = direction === 'out' ? answersLateMs : 0
    return { ...wanOutage({ ...paths, endMs, lateMs }, t0.fromMs, `captures, ${title}`), title }
  })
  const lengthOf = ({ worst }: WanOutage) => worst?.bounds.upperMs ?? (worst ? Number.POSITIVE_INFINITY : -1)
  return found.some(({ worst }) => worst === null)
    ? null
    : (found.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? null)
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
    DIRECTIONS.flatMap(({ direction }) =>
      nicNamed(captured, nic.name, direction) ? [] : [captureName({ nic: nic.name, direction })],
    ),
  )
  const doubts = captured.nics.flatMap((nic) => {
    const name = captureName(nic)
    const { error, dropped, backwards } = nic
    return [
      error === null ? [] : [`the capture on ${name} broke off: ${error}`],
      dropped ? [`the kernel dropped ${dropped} packets of the capture on ${name}`] : [],
      dropped === null && error === null ? [`the capture on ${name} did not say whether packets were dropped`] : [],
      backwards > 0 ? [`the capture host's clock was set back (${name})`] : [],
    ].flat()
  })
  const isTold = captured.nics.some(({ traffic }) => traffic !== null)
  return [
    ...missing.map((name) => `nothing was captured on ${name}`),
    ...doubts,
    ...(isTold ? [] : ["the traffic could not be told from the router's own packets"]),
  ]
}
