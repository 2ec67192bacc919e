import type { World } from '../harness'

type State = {
  instances: Record<string, boolean>
  units: Record<string, string>
  nodes: { name: string; alive: boolean; states: unknown; hearsPeer: boolean }[]
  manual: unknown
  configurations: string[]
  devices: Record<string, { name: string }[]>
  /** Devices in the instances' own config. */
  config: unknown
  leases: unknown
  processes: { machine: string; pid: number; args: string[] }[]
}

/** The lab as the simulated world itself sees it: what must be the same before and after a run, whatever ended it. */
export async function look(world: World) {
  const { instances, units, nodes, manual, configurations, devices, config, leases, processes } =
    await world.call<State>('state')
  const ours = processes.filter(
    ({ args }) => args.join(' ').includes('FAILOVER_LAB_RUN=') || args.join(' ').includes('/var/tmp/failover-lab'),
  )
  return {
    instances,
    units,
    nodes,
    manual,
    configurations,
    // A device that was away comes last.
    devices: Object.fromEntries(
      Object.entries(devices).map(([machine, list]) => [
        machine,
        list.toSorted((a, b) => a.name.localeCompare(b.name)),
      ]),
    ),
    config,
    leases,
    ours: ours.map(({ machine, args }) => `${machine}: ${args.join(' ')}`),
  }
}

type Truth = {
  events: {
    kind: string
    atMs: number
    path?: string
    up?: boolean
    node?: string
    present?: boolean
    to?: string
    latencyMs?: number
  }[]
}

/** How long the path through the cluster was first out after an instant, ms, as the world itself knows. */
export async function outageSince(world: World, sinceMs: number): Promise<number> {
  const { events } = await world.call<Truth>('truth')
  const changes = events.filter(({ kind, path, atMs }) => kind === 'path' && path === 'crossing' && atMs >= sinceMs)
  const down = changes.find(({ up }) => up === false)
  const back = changes.find(({ up, atMs }) => up === true && down !== undefined && atMs > down.atMs)
  if (!down || !back) throw new Error('the world saw no outage')
  return back.atMs - down.atMs
}

/** From the first policy that came into node0's configuration after an instant to its coming into node1's, ms. */
export async function configSyncSince(world: World, sinceMs: number): Promise<number> {
  const { events } = await world.call<Truth>('truth')
  const came = events.filter(({ kind, present, atMs }) => kind === 'config' && present === true && atMs >= sinceMs)
  const [set, synced] = ['node0', 'node1'].map((name) => came.find(({ node }) => node === name)?.atMs)
  if (set === undefined || synced === undefined) throw new Error('the world saw no policy on both nodes')
  return synced - set
}

/** The longest time that a TCP session opened after an instant took to the other node, ms, and how many there were. */
export async function sessionSyncSince(world: World, sinceMs: number): Promise<{ longestMs: number; count: number }> {
  const { events } = await world.call<Truth>('truth')
  const latencies = events
    .filter(({ kind, to, atMs }) => kind === 'session-sync' && to?.startsWith('tcp ') && atMs >= sinceMs)
    .map(({ latencyMs = Number.NaN }) => latencyMs)
  if (latencies.length === 0) throw new Error('the world saw no session')
  return { longestMs: Math.max(...latencies), count: latencies.length }
}
