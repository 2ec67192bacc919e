import { withoutPrefix } from '../../domain/address'
import type { Place } from '../../domain/ids'
import type { Lab, WanLab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import { placesOfTool } from '../versions'
import { needsHostLinks } from './declared'

/** Tools of one place; of each inner list one is enough. */
export type Needs = { place: Place; tools: string[][] }

/** What ends, finds and bounds every command of this app, and reads what an instance looks like. */
const HOST = ['timeout', 'env']
const CONTAINER_HOST = ['pgrep', 'pkill', 'ip']
const INSTANCE = ['timeout', 'env', 'pgrep', 'pkill', 'ip']
const NODE = ['systemctl', 'journalctl', 'tcpdump']
/** What keeps the lease's dead-man timer alive when the connection is gone. */
const DETACHER = ['setsid', 'systemd-run']

const isAt = (place: Place, places: readonly Place[]): boolean =>
  places.some((other) => JSON.stringify(other) === JSON.stringify(place))

/** The instance that has an address; null when no interface in the lab file has it. */
export function ownerOf(lab: Lab, address: string): string | null {
  const owner = lab.instances.find(({ interfaces }) =>
    interfaces.some(({ addresses }) => addresses.some((cidr) => withoutPrefix(cidr) === address)),
  )
  return owner?.name ?? null
}

/** Where iperf3 has to listen, as far as the lab file says whose the addresses are. */
const serverPlaces = (lab: Lab): Place[] =>
  [...lab.traffic, ...(lab.throughput ? [lab.throughput] : [])].flatMap(({ server }) => {
    const instance = ownerOf(lab, server)
    return instance === null ? [] : [{ instance }]
  })

/** The same of a lab of a WAN alone: what is captured, dialled, probed and loaded where. */
export const wanToolNeeds = (lab: WanLab): Needs[] =>
  lab.hosts.map(({ id }) => {
    const place = { host: id }
    const isPve = id === lab.wan.pve.host
    const used = ['ip', 'ss', 'socat', 'tcpdump', 'ping', 'fping', 'locust'].filter((tool) =>
      isAt(place, placesOfTool(lab, tool)),
    )
    const alone = [...HOST, ...(isPve ? ['pgrep', 'pkill'] : []), ...used].map((tool) => [tool])
    return { place, tools: isPve ? [...alone, DETACHER] : alone }
  })

/** Every place of the lab with the tools that the cases need there. */
export function toolNeeds(lab: Lab): Needs[] {
  const nodes = lab.cluster.nodes.map(({ instance }) => instance)
  const places: Place[] = [
    ...lab.hosts.map(({ id }) => ({ host: id })),
    ...lab.instances.map(({ name }) => ({ instance: name })),
  ]
  return places.map((place) => {
    const name = placeName(place)
    const isContainerHost = 'host' in place && name === lab.containers.host
    const tools = [
      ...('instance' in place ? INSTANCE : HOST),
      ...(isContainerHost ? CONTAINER_HOST : []),
      ...(isContainerHost && needsHostLinks(lab) ? ['ip'] : []),
      ...('instance' in place && nodes.includes(name) ? NODE : []),
      ...['ping', 'iperf3', 'tcpdump', 'arping', 'dhclient', 'sysctl'].filter((tool) =>
        isAt(place, placesOfTool(lab, tool)),
      ),
      ...(isAt(place, serverPlaces(lab)) ? ['iperf3'] : []),
    ]
    const alone = [...new Set(tools)].map((tool) => [tool])
    return { place, tools: isContainerHost ? [...alone, DETACHER] : alone }
  })
}
