import { ipv4Number } from '../domain/address'
import type { Place } from '../domain/ids'
import type { Lab } from '../domain/lab'
import { lanHostOf } from '../domain/lan-host'
import type { LabIssue } from './issues'
import { type Path, pathText } from './positions'

type Check = (lab: Lab) => LabIssue[]

const issue = (path: Path, message: string): LabIssue => ({ path, message: `${pathText(path)}: ${message}` })

const list = (names: Iterable<string | number>): string => [...names].join(', ') || 'none'

/** Issues for values that occur more than once; the later one is at fault. */
function duplicates<T>(items: readonly T[], path: Path, key: string, value: (item: T) => string | number): LabIssue[] {
  const first = new Map<string | number, number>()
  return items.flatMap((item, index) => {
    const id = value(item)
    const before = first.get(id)
    if (before === undefined) {
      first.set(id, index)
      return []
    }
    return [issue([...path, index, key], `"${id}" is used already in ${pathText([...path, before])}`)]
  })
}

function unknownPlace(lab: Lab, place: Place, path: Path): LabIssue[] {
  if ('instance' in place) {
    const names = lab.instances.map(({ name }) => name)
    if (names.includes(place.instance)) return []
    return [issue([...path, 'instance'], `there is no instance "${place.instance}"; there are: ${list(names)}`)]
  }
  const ids = lab.hosts.map(({ id }) => id)
  if (ids.includes(place.host)) return []
  return [issue([...path, 'host'], `there is no host "${place.host}"; there are: ${list(ids)}`)]
}

const uniqueIds: Check = (lab) => [
  ...duplicates(lab.hosts, ['hosts'], 'id', ({ id }) => id),
  ...duplicates(lab.instances, ['instances'], 'name', ({ name }) => name),
  ...duplicates(lab.networks, ['networks'], 'name', ({ name }) => name),
  ...duplicates(lab.targets, ['targets'], 'id', ({ id }) => id),
  ...duplicates(lab.traffic, ['traffic'], 'id', ({ id }) => id),
  ...duplicates(lab.switches, ['switches'], 'id', ({ id }) => id),
  ...duplicates(lab.cluster.nodes, ['cluster', 'nodes'], 'id', ({ id }) => id),
  ...duplicates(lab.cluster.nodes, ['cluster', 'nodes'], 'name', ({ name }) => name),
  ...duplicates(lab.cluster.nodes, ['cluster', 'nodes'], 'instance', ({ instance }) => instance),
  ...duplicates(lab.cluster.nodes, ['cluster', 'nodes'], 'priority', ({ priority }) => priority),
  ...duplicates(lab.cluster.redundancyGroups, ['cluster', 'redundancyGroups'], 'id', ({ id }) => id),
  ...duplicates(lab.cluster.reths, ['cluster', 'reths'], 'name', ({ name }) => name),
  ...lab.instances.flatMap(({ interfaces }, at) => [
    ...duplicates(interfaces, ['instances', at, 'interfaces'], 'name', ({ name }) => name),
    ...duplicates(interfaces, ['instances', at, 'interfaces'], 'linux', ({ linux }) => linux),
  ]),
]

const jumps: Check = (lab) =>
  lab.hosts.flatMap((host, index) => {
    const path = ['hosts', index, 'jump']
    const seen = new Set([host.id])
    for (let next = host.jump; next !== undefined; ) {
      if (seen.has(next)) return [issue(path, `the jump hosts go round in a circle: ${list([...seen, next])}`)]
      seen.add(next)
      const id: string = next
      const jump = lab.hosts.find((candidate) => candidate.id === id)
      if (!jump) return [issue(path, `there is no host "${id}"; there are: ${list(lab.hosts.map((h) => h.id))}`)]
      next = jump.jump
    }
    return []
  })

const places: Check = (lab) => [
  ...unknownPlace(lab, { host: lab.containers.host }, ['containers']),
  ...lab.targets.flatMap((target, index) => [
    ...unknownPlace(lab, target.from, ['targets', index, 'from']),
    ...(target.captureAt ? unknownPlace(lab, target.captureAt.at, ['targets', index, 'captureAt', 'at']) : []),
  ]),
  ...lab.traffic.flatMap((traffic, index) => unknownPlace(lab, traffic.from, ['traffic', index, 'from'])),
  ...(lab.throughput ? unknownPlace(lab, lab.throughput.from, ['throughput', 'from']) : []),
  ...lab.switches.flatMap(({ at }, index) =>
    at.flatMap((place, which) =>
      unknownPlace(lab, place, ['switches', index, 'at', ...(at.length > 1 ? [which] : [])]),
    ),
  ),
  ...lab.cluster.reths.flatMap((reth, index) =>
    reth.garpObserver ? unknownPlace(lab, reth.garpObserver.at, ['cluster', 'reths', index, 'garpObserver', 'at']) : [],
  ),
]

const nodes: Check = (lab) =>
  lab.cluster.nodes.flatMap((node, index) => {
    const path = ['cluster', 'nodes', index]
    const instance = lab.instances.find(({ name }) => name === node.instance)
    const firewalls = lab.instances.filter(({ role }) => role === 'firewall').map(({ name }) => name)
    if (!instance) {
      return [
        issue([...path, 'instance'], `there is no instance "${node.instance}"; firewalls are: ${list(firewalls)}`),
      ]
    }
    if (instance.role !== 'firewall') {
      return [
        issue([...path, 'instance'], `"${node.instance}" is a ${instance.role}; firewalls are: ${list(firewalls)}`),
      ]
    }
    if (node.name === `node${node.id}`) return []
    return [issue([...path, 'name'], `expected "node${node.id}", since its id is ${node.id}`)]
  })

const interfaces: Check = (lab) => {
  const networks = lab.networks.map(({ name }) => name)
  const reths = lab.cluster.reths.map(({ name }) => name)
  return lab.instances.flatMap((instance, at) =>
    instance.interfaces.flatMap((entry, index) => {
      const path = ['instances', at, 'interfaces', index]
      const { network, reth, source, profile } = entry
      return [
        ...(network && !networks.includes(network)
          ? [issue([...path, 'network'], `there is no network "${network}"; there are: ${list(networks)}`)]
          : []),
        ...(reth && !reths.includes(reth)
          ? [issue([...path, 'reth'], `there is no RETH "${reth}"; there are: ${list(reths)}`)]
          : []),
        ...(profile !== undefined && source === 'instance'
          ? [issue([...path, 'profile'], `source says "instance"; a device comes from one of the two`)]
          : []),
      ]
    }),
  )
}

const vfs: Check = (lab) => {
  const paths = lab.instances.flatMap(({ interfaces }, at) =>
    interfaces.flatMap(({ vf }, index) =>
      vf ? [{ name: `VF ${vf.index} of ${vf.pf}`, path: ['instances', at, 'interfaces', index, 'vf'] }] : [],
    ),
  )
  return paths.flatMap(({ name, path }, index) => {
    const before = paths.findIndex((one) => one.name === name)
    const other = paths[before]
    return other && before < index ? [issue(path, `${name} is used already in ${pathText(other.path)}`)] : []
  })
}

const reths: Check = (lab) => {
  const groups = lab.cluster.redundancyGroups.map(({ id }) => id)
  const names = lab.cluster.nodes.flatMap(
    (node) => lab.instances.find(({ name }) => name === node.instance)?.interfaces.map(({ name }) => name) ?? [],
  )
  return lab.cluster.reths.flatMap((reth, index) => {
    const path = ['cluster', 'reths', index]
    return [
      ...(groups.includes(reth.redundancyGroup)
        ? []
        : [
            issue(
              [...path, 'redundancyGroup'],
              `there is no redundancy group ${reth.redundancyGroup}; there are: ${list(groups)}`,
            ),
          ]),
      ...reth.members.flatMap((member, at) =>
        names.includes(member)
          ? []
          : [issue([...path, 'members', at], `no firewall has an interface "${member}"; there are: ${list(names)}`)],
      ),
    ]
  })
}

const dhcp: Check = (lab) => {
  const { dhcp: served, reths: known } = lab.cluster
  if (!served) return []
  const path = ['cluster', 'dhcp']
  const from = ipv4Number(served.from) ?? 0
  const names = known.map(({ name }) => name)
  return [
    ...(names.includes(served.reth)
      ? []
      : [issue([...path, 'reth'], `there is no RETH "${served.reth}"; there are: ${list(names)}`)]),
    ...(from <= (ipv4Number(served.to) ?? 0)
      ? []
      : [issue([...path, 'to'], `expected an address after ${served.from}`)]),
    ...(lanHostOf(lab)
      ? []
      : [issue(path, 'nobody can ask: expected an instance of role lan-host with an interface of role lan')]),
  ]
}

/** Two clients of one server would wait for each other. */
const throughput: Check = ({ throughput: own, traffic }) => {
  const taken = traffic.findIndex(({ server, port }) => server === own?.server && port === own.port)
  if (taken < 0) return []
  return [issue(['throughput', 'port'], `expected a server of its own; traffic[${taken}] uses port ${own?.port}`)]
}

const movesWith: Check = ({ cluster }) => {
  const groups = cluster.redundancyGroups.map(({ id }) => id)
  return cluster.redundancyGroups.flatMap((group, index) =>
    (group.movesWith ?? []).flatMap((id, at) =>
      groups.includes(id)
        ? []
        : [
            issue(
              ['cluster', 'redundancyGroups', index, 'movesWith', at],
              `there is no redundancy group ${id}; there are: ${list(groups)}`,
            ),
          ],
    ),
  )
}

const crossing: Check = (lab) =>
  lab.targets.some(({ crossesCluster }) => crossesCluster)
    ? []
    : [issue(['targets'], 'expected at least one target with crossesCluster: true, or no failover can be measured')]

const CHECKS: readonly Check[] = [
  uniqueIds,
  jumps,
  places,
  nodes,
  interfaces,
  vfs,
  reths,
  movesWith,
  dhcp,
  throughput,
  crossing,
]

/** What a schema cannot see: ids that are used twice or point nowhere, jump circles, nodes that are no firewalls. */
export const crossReferenceIssues = (lab: Lab): LabIssue[] => CHECKS.flatMap((check) => check(lab))
