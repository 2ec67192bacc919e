import { ipv4Number } from '../domain/address'
import { type AnyLab, hasCluster, hasWan, type Lab } from '../domain/lab'
import { lanHostOf } from '../domain/lan-host'
import { type Check, duplicates, issue, list, unknownPlace } from './checks'
import type { LabIssue } from './issues'
import { pathText } from './positions'
import { wanIssues } from './validate-wan'

const commonIds: Check = (lab) => [
  ...duplicates(lab.hosts, ['hosts'], 'id', ({ id }) => id),
  ...duplicates(lab.targets, ['targets'], 'id', ({ id }) => id),
  ...duplicates(lab.switches, ['switches'], 'id', ({ id }) => id),
]

const uniqueIds: Check<Lab> = (lab) => [
  ...duplicates(lab.instances, ['instances'], 'name', ({ name }) => name),
  ...duplicates(lab.networks, ['networks'], 'name', ({ name }) => name),
  ...duplicates(lab.traffic, ['traffic'], 'id', ({ id }) => id),
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

const commonPlaces: Check = (lab) => [
  ...lab.targets.flatMap((target, index) => [
    ...unknownPlace(lab, target.from, ['targets', index, 'from']),
    ...(target.captureAt ? unknownPlace(lab, target.captureAt.at, ['targets', index, 'captureAt', 'at']) : []),
  ]),
  ...lab.switches.flatMap(({ at }, index) =>
    at.flatMap((place, which) =>
      unknownPlace(lab, place, ['switches', index, 'at', ...(at.length > 1 ? [which] : [])]),
    ),
  ),
]

const places: Check<Lab> = (lab) => [
  ...unknownPlace(lab, { host: lab.containers.host }, ['containers']),
  ...lab.traffic.flatMap((traffic, index) => unknownPlace(lab, traffic.from, ['traffic', index, 'from'])),
  ...(lab.throughput ? unknownPlace(lab, lab.throughput.from, ['throughput', 'from']) : []),
  ...lab.cluster.reths.flatMap((reth, index) =>
    reth.garpObserver ? unknownPlace(lab, reth.garpObserver.at, ['cluster', 'reths', index, 'garpObserver', 'at']) : [],
  ),
]

const nodes: Check<Lab> = (lab) =>
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

const interfaces: Check<Lab> = (lab) => {
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

const vfs: Check<Lab> = (lab) => {
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

const reths: Check<Lab> = (lab) => {
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

const dhcp: Check<Lab> = (lab) => {
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
const throughput: Check<Lab> = ({ throughput: own, traffic }) => {
  const taken = traffic.findIndex(({ server, port }) => server === own?.server && port === own.port)
  if (taken < 0) return []
  return [issue(['throughput', 'port'], `expected a server of its own; traffic[${taken}] uses port ${own?.port}`)]
}

const movesWith: Check<Lab> = ({ cluster }) => {
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

const crossing: Check<Lab> = (lab) =>
  lab.targets.some(({ crossesCluster }) => crossesCluster)
    ? []
    : [issue(['targets'], 'expected at least one target with crossesCluster: true, or no failover can be measured')]

const COMMON_CHECKS: readonly Check[] = [commonIds, jumps, commonPlaces]

const CLUSTER_CHECKS: readonly Check<Lab>[] = [
  ...[uniqueIds, places, nodes, interfaces, vfs],
  ...[reths, movesWith, dhcp, throughput, crossing],
]

/** What a schema cannot see: ids that are used twice or point nowhere, jump circles, nodes that are no firewalls. */
export const crossReferenceIssues = (lab: AnyLab): LabIssue[] => [
  ...COMMON_CHECKS.flatMap((check) => check(lab)),
  ...(hasCluster(lab) ? CLUSTER_CHECKS.flatMap((check) => check(lab)) : []),
  ...(hasWan(lab) ? wanIssues(lab) : []),
]
