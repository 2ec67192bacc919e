import type { Tone } from '@/app/components/ui/badge'
import type { LabView } from '@/app/lib/lab/live-view'
import { GOOD, isGood, lossOf, roundTrip, sameDirection } from '@/server/domain/impairment'
import type { WanEnd, WanLink } from '@/server/domain/wan'

export type WanView = NonNullable<LabView['wan']>
export type NicView = NonNullable<WanView['nics']>[string]
export type WanulatorView = WanView['wanulators'][number]

/** What a piece of a path does, as it is drawn; `idle`: nobody has looked yet, or it could not be told. */
export type PieceLook = 'active' | 'degraded' | 'down' | 'idle'

/** One word for a link, with what stands behind it. */
export type LinkState = { tone: Tone; mark: string; word: string; text: string | null }

const ends = ({ toRouter, toIsp }: WanLink): readonly WanEnd[] => [toRouter, toIsp]

export const nicOf = (wan: WanView | null, name: string): NicView | undefined => wan?.nics?.[name]
export const wanulatorOf = (wan: WanView | null, vm: number): WanulatorView | undefined =>
  wan?.wanulators.find((one) => one.vm === vm)

/** What is known of a WANulator's file in force; while a run is on only what it has set itself. */
export function readingOf(wan: WanView | null, vm: number): WanulatorView['reading'] {
  const reading = wanulatorOf(wan, vm)?.reading ?? null
  return wan?.isTaken && !reading?.isByRun ? null : reading
}

/** What its WANulator does to a link; how the cables are comes first, since nothing passes without them. */
export function linkState(link: WanLink, wan: WanView | null): LinkState {
  const down = ends(link).filter(({ nic }) => nicOf(wan, nic.name)?.up === false)
  if (down.length > 0)
    return { tone: 'fail', mark: '✕', word: 'link down', text: down.map(({ nic }) => nic.name).join(', ') }
  const reading = readingOf(wan, link.wanulator.vm)
  if (wan?.isTaken && !reading) return { tone: 'running', mark: '●', word: 'a run is on', text: null }
  const found = wanulatorOf(wan, link.wanulator.vm)
  if (!reading?.isByRun && found?.status && found.status !== 'running')
    return { tone: 'fail', mark: '✕', word: `VM ${found.status}`, text: 'nothing passes' }
  if (!reading) return unread(wan, found)
  const { impairment } = reading
  if (!impairment) return { tone: 'fail', mark: '✕', word: 'not as it should be', text: reading.text }
  if (reading.good) return { tone: 'pass', mark: '✓', word: 'good', text: null }
  const { toIsp, toRouter } = impairment
  const isCut = lossOf(toIsp) === 1 || lossOf(toRouter) === 1
  if (isCut) return { tone: 'fail', mark: '✕', word: 'cut', text: reading.text }
  return { tone: 'unsure', mark: '▲', word: 'degraded', text: reading.text }
}

function unread(wan: WanView | null, found: WanulatorView | undefined): LinkState {
  const unknown = (text: string | null): LinkState => ({ tone: 'neutral', mark: '?', word: 'not known', text })
  if (found?.error) return unknown(found.error.message)
  return { ...unknown(null), word: wan ? 'being read…' : 'asking…' }
}

/** What is wrong with a console that a restart of its VM may mend. */
const STUCK = ['console-wedged', 'console-dead', 'console-lost']

/** What can be done about the VM itself: it is off, or its console does not answer; null: nothing has to be. */
export function powerAction(found: WanulatorView | undefined): 'Start VM' | 'Restart VM' | null {
  if (!found || found.status === 'absent') return null
  if (found.status !== null && found.status !== 'running') return 'Start VM'
  return found.error && STUCK.includes(found.error.code) ? 'Restart VM' : null
}

type Pieces = { port: PieceLook; router: PieceLook; isp: PieceLook; cable: PieceLook }

/** The four pieces of a path: port – NIC – WANulator – NIC – ISP; each direction's impairment on the side where it leaves. */
export function pieces(link: WanLink, wan: WanView | null): Pieces {
  const cable = ({ nic }: WanEnd): PieceLook => {
    const up = nicOf(wan, nic.name)?.up
    return up === undefined ? 'idle' : up ? 'active' : 'down'
  }
  const found = wanulatorOf(wan, link.wanulator.vm)
  const inside = (end: WanEnd, side: 'toIsp' | 'toRouter'): PieceLook => {
    if (cable(end) === 'down') return 'down'
    const reading = readingOf(wan, link.wanulator.vm)
    // What was seen of the VM before a run may not hold in it.
    if (!wan?.isTaken && found?.status && found.status !== 'running') return 'down'
    if (!reading) return 'idle'
    if (reading.good) return 'active'
    if (!reading.impairment) return 'down'
    const one = reading.impairment[side]
    if (lossOf(one) === 1) return 'down'
    // Where the form says nothing of it, what is wrong is something else, on whichever side.
    return sameDirection(one, GOOD) && !isGood(reading.impairment) ? 'active' : 'degraded'
  }
  return {
    port: cable(link.toRouter),
    router: inside(link.toRouter, 'toRouter'),
    isp: inside(link.toIsp, 'toIsp'),
    cable: cable(link.toIsp),
  }
}

/** Bit/s through a link, both directions together, at the router's side; null where nobody counts. */
export function trafficOf({ toRouter }: WanLink, wan: WanView | null): number | null {
  const nic = nicOf(wan, toRouter.nic.name)
  return nic?.rxBitPerS == null || nic.txBitPerS == null ? null : nic.rxBitPerS + nic.txBitPerS
}

/** Of the traffic on all links the share of each, 0…1, by link; empty as long as nobody has counted. */
export function shares(links: readonly WanLink[], wan: WanView | null): Map<string, number> {
  const counted = links.flatMap((link) => {
    const bitPerS = trafficOf(link, wan)
    return bitPerS === null ? [] : [[link.id, bitPerS] as const]
  })
  const all = counted.reduce((sum, [, bitPerS]) => sum + bitPerS, 0)
  return new Map(counted.map(([id, bitPerS]) => [id, all > 0 ? bitPerS / all : 0]))
}

/** "28 % loss, 300 ms delay, up to 160 ms jitter"; "nothing" where nothing is done to a round trip. */
export function roundTripText(impairment: Parameters<typeof roundTrip>[0]): string {
  const { lossPercent, delayMs, jitterMs } = roundTrip(impairment)
  const loss = lossPercent >= 10 || Number.isInteger(lossPercent) ? lossPercent.toFixed(0) : lossPercent.toFixed(1)
  const parts = [
    lossPercent > 0 ? `${loss} % loss` : '',
    delayMs > 0 ? `${delayMs} ms delay` : '',
    jitterMs > 0 ? `up to ${jitterMs} ms jitter` : '',
  ]
  return parts.filter(Boolean).join(', ') || 'nothing'
}

/** "12 s ago", "3 min ago". */
export function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  return s < 90 ? `${s} s ago` : `${Math.round(s / 60)} min ago`
}
