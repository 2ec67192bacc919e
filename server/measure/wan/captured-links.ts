import type { RunEvent } from '../../domain/event'
import type { WanLab } from '../../domain/lab'
import type { RunContext } from '../../domain/run'
import type { WanLink } from '../../domain/wan'
import { type CapturedNic, captureName, LINK_DIRECTIONS, type WanCaptured } from '../../domain/wan-run'
import type { ProbeAnalysis } from '../probe-analysis'
import type { LinkChange } from './degradations'
import type { PathBins } from './path-use'

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
