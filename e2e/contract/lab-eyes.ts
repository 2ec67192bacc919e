import type { World } from '../harness'

type State = {
  instances: Record<string, boolean>
  units: Record<string, string>
  nodes: { name: string; alive: boolean; states: unknown; hearsPeer: boolean }[]
  manual: unknown
  devices: Record<string, { name: string }[]>
  /** Devices in the instances' own config. */
  config: unknown
  processes: { machine: string; pid: number; args: string[] }[]
}

/** The lab as the simulated world itself sees it: what must be the same before and after a run, whatever ended it. */
export async function look(world: World) {
  const { instances, units, nodes, manual, devices, config, processes } = await world.call<State>('state')
  const ours = processes.filter(
    ({ args }) => args.join(' ').includes('FAILOVER_LAB_RUN=') || args.join(' ').includes('/var/tmp/failover-lab'),
  )
  return {
    instances,
    units,
    nodes,
    manual,
    // A device that was away comes last.
    devices: Object.fromEntries(
      Object.entries(devices).map(([machine, list]) => [
        machine,
        list.toSorted((a, b) => a.name.localeCompare(b.name)),
      ]),
    ),
    config,
    ours: ours.map(({ machine, args }) => `${machine}: ${args.join(' ')}`),
  }
}

type Truth = { events: { kind: string; atMs: number; path?: string; up?: boolean }[] }

/** How long the path through the cluster was first out after an instant, ms, as the world itself knows. */
export async function outageSince(world: World, sinceMs: number): Promise<number> {
  const { events } = await world.call<Truth>('truth')
  const changes = events.filter(({ kind, path, atMs }) => kind === 'path' && path === 'crossing' && atMs >= sinceMs)
  const down = changes.find(({ up }) => up === false)
  const back = changes.find(({ up, atMs }) => up === true && down !== undefined && atMs > down.atMs)
  if (!down || !back) throw new Error('the world saw no outage')
  return back.atMs - down.atMs
}
