import type { World } from '../harness'

type Functions = { kind: string }[]
type State = {
  switches: Record<string, boolean>
  vms: {
    vm: number
    running: boolean
    emulators: Record<string, Functions>[]
    console: string
    client: string | null
  }[]
  processes: { machine: string; pid: number; args: string[] }[]
}
type Event = {
  kind: string
  atMs: number
  link?: string
  from?: string | null
  to?: string | null
  emulators?: unknown[]
}
type Pause = { fromMs: number; toMs: number }
export type WanTruth = {
  path: string | null
  nics: Record<string, { up: boolean }>
  pauses: { isp: Pause[]; router: Pause[] }
  events: Event[]
}

const isOurs = (text: string) => text.includes('FAILOVER_LAB_RUN=') || text.includes('/var/tmp/failover-lab')

/** The lab as the simulated world itself sees it: what must be the same before and after a run, whatever ended it. */
export async function lookAtWan(world: World) {
  const { vms, processes } = await world.call<State>('state')
  const { nics } = await world.call<WanTruth>('truth')
  return {
    vms: vms.map(({ vm, running, emulators, console, client }) => ({
      ...{ vm, running, emulators: emulators.length, console, client },
      isGood: emulators.every((each) =>
        Object.values(each).every((list) => list.every(({ kind }) => kind === 'limit')),
      ),
    })),
    nics: Object.fromEntries(Object.entries(nics).map(([name, { up }]) => [name, up])),
    ours: processes.flatMap(({ machine, args }) => (isOurs(args.join(' ')) ? [`${machine}: ${args.join(' ')}`] : [])),
  }
}

/** Whether a VM's one emulator drops everything. */
export async function isLinkCut(world: World, vm: number): Promise<boolean> {
  const { vms } = await world.call<State>('state')
  const emulators = vms.find((one) => one.vm === vm)?.emulators ?? []
  return (
    emulators.length === 1 &&
    emulators.every((each) =>
      Object.values(each)
        .flat()
        .some(({ kind }) => kind === 'drop'),
    )
  )
}

/** What the world itself knows of a degradation of a link: ms since the moment from which on nothing passed it. */
export type Degraded = {
  /** When the link was changed: its emulator ended; epoch ms. */
  cutMs: number
  /** Until the router had left the link; null: it did not. */
  leftMs: number | null
}

/** The changes of links in a run, each of which ends an emulator and starts another one; in their order. */
export function changesOf({ events }: WanTruth, sinceMs: number): Degraded[] {
  const cuts = events.filter(
    ({ kind, atMs, emulators }) => kind === 'link' && atMs >= sinceMs && emulators?.length === 0,
  )
  return cuts.map(({ atMs: cutMs, link }) => {
    const left = events.find(({ kind, atMs, from }) => kind === 'path' && atMs >= cutMs && from === link)
    return { cutMs, leftMs: left ? left.atMs - cutMs : null }
  })
}

/** The longest pause of the traffic to the router that begins or ends in a window, ms; 0: none was longer than 150 ms. */
export const longestPauseMs = ({ pauses }: WanTruth, fromMs: number, toMs: number): number =>
  Math.max(0, ...pauses.router.filter((p) => p.toMs > fromMs && p.fromMs < toMs).map((p) => p.toMs - p.fromMs))

/** From a link's being good again until the router was back on it, ms; null: it was not. */
export function backMs({ events }: WanTruth, link: string): number | null {
  const goods = events.filter((event) => event.kind === 'link' && event.link === link && event.emulators?.length === 0)
  const cutMs = goods.at(-1)?.atMs ?? Number.POSITIVE_INFINITY
  const back = events.find(({ kind, atMs, to }) => kind === 'path' && atMs >= cutMs && to === link)
  return back ? back.atMs - cutMs : null
}

/** The paths that the router took after each other in a window, the one at its beginning left out. */
export const pathsIn = ({ events }: WanTruth, fromMs: number, toMs = Number.POSITIVE_INFINITY): (string | null)[] =>
  events.flatMap(({ kind, atMs, to = null }) => (kind === 'path' && atMs >= fromMs && atMs < toMs ? [to] : []))
