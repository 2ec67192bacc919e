import { createHash } from 'node:crypto'
import type { NodePoll } from '../domain/cluster'
import { type AnyLab, hasCluster, type Lab, leaseHost } from '../domain/lab'
import type { LabSnapshot } from '../domain/snapshot'
import { execAt, execCommand, type LabAccess } from '../drivers/at'
import { type InstanceState, listInstances, parseInstances } from '../drivers/incus'
import { askNode, showConfiguration } from '../drivers/junos'
import { readLease } from '../drivers/lease-read'
import { listTagged, TAGGED_PATTERN } from '../drivers/place'
import { asAppError } from '../errors'
import { hostLinkFacts, listHostLinks } from './host-links'
import { instanceFacts, instanceFactsArgv, taggedProcesses } from './instance-facts'
import { isVolatileConfig, isVolatileConfigLine } from './volatile'
import { wanFacts } from './wan-facts'

export type SnapshotOptions = {
  /** `<runId>/snapshot`: that run's own lease is not part of the snapshot. */
  tag: string
  signal?: AbortSignal
  /** Where the passwords of consoles are found; the app's environment unless told. */
  env?: Readonly<Record<string, string | undefined>>
}

const TIMEOUT_MS = 8000

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const prefixed = (prefix: string, facts: LabSnapshot): LabSnapshot =>
  Object.fromEntries(Object.entries(facts).map(([key, value]) => [`${prefix}/${key}`, value]))

/** State and devices of one instance as the container tool has them. */
function containerFacts(name: string, instance: InstanceState | undefined): LabSnapshot {
  if (!instance) return { [`${name}/state`]: 'absent' }
  const config = Object.entries(instance.config).filter(([key]) => !isVolatileConfig(key))
  const devices = Object.entries(instance.expanded_devices).flatMap(([device, settings]) => [
    [
      `device/${device}`,
      Object.entries(settings)
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(' '),
    ],
    // An override with the same settings is another device all the same.
    [`device/${device}/from`, instance.devices[device] ? 'instance' : 'profile'],
  ])
  return prefixed(name, {
    state: instance.status.toLowerCase(),
    config: hash(JSON.stringify(config.sort())),
    ...Object.fromEntries(devices),
  })
}

/** Processes of runs, and whose lease there is. */
async function leaseHostFacts(access: LabAccess<AnyLab>, options: SnapshotOptions): Promise<LabSnapshot> {
  const { signal, tag } = options
  const host = leaseHost(access.lab)
  const [tagged, lease] = await Promise.all([
    execCommand(access, listTagged(access.lab, { host }), { signal, timeoutMs: TIMEOUT_MS }),
    readLease(access, { signal, tag }),
  ])
  const own = tag.split('/', 1)[0]
  return {
    [`${host}/processes`]: taggedProcesses(tagged.stdout),
    [`${host}/lease`]: lease && lease.info.runId !== own ? `run ${lease.info.runId}` : 'none',
  }
}

async function hostFacts(access: LabAccess, options: SnapshotOptions): Promise<LabSnapshot> {
  const host = access.lab.containers.host
  const { networks } = access.lab
  const [list, links, own] = await Promise.all([
    execAt(access, { host }, listInstances(access.lab), { ...options, timeoutMs: TIMEOUT_MS }),
    networks.length > 0 ? execAt(access, { host }, listHostLinks(), { ...options, timeoutMs: TIMEOUT_MS }) : null,
    leaseHostFacts(access, options),
  ])
  const instances = parseInstances(list.stdout)
  return Object.assign(
    own,
    links ? hostLinkFacts(access.lab, links.stdout) : {},
    ...access.lab.instances.map(({ name }) => containerFacts(name, instances.get(name))),
  )
}

async function insideFacts(access: LabAccess, name: string, options: SnapshotOptions): Promise<LabSnapshot> {
  const isNode = access.lab.cluster.nodes.some(({ instance }) => instance === name)
  const unit = isNode ? access.lab.cluster.unit : null
  const argv = instanceFactsArgv(TAGGED_PATTERN, unit)
  const result = await execAt(access, { instance: name }, argv, { ...options, timeoutMs: TIMEOUT_MS })
  if (result.exitCode !== 0) return { [`${name}/inside`]: 'not readable' }
  return instanceFacts(name, result.stdout, unit)
}

/** Who is primary of what, as one node sees it. */
export function clusterFacts({ node, answer }: Pick<NodePoll, 'node' | 'answer'>): LabSnapshot {
  if (answer.kind !== 'status') return { [`cluster by ${node}`]: answer.kind }
  const rows = answer.status.groups.flatMap(({ redundancyGroup, nodes }) =>
    nodes.map((row) => {
      const facts = [
        `priority ${row.priority}`,
        row.preempt === null ? '' : `preempt ${row.preempt ? 'yes' : 'no'}`,
        row.manual ? 'MANUAL FAILOVER' : '',
        row.monitorFailures.length > 0 ? `monitor failures ${[...row.monitorFailures].sort().join(',')}` : '',
      ]
      return [`group ${redundancyGroup}/${row.node}`, [row.state, ...facts.filter(Boolean)].join(', ')] as const
    }),
  )
  return prefixed(`cluster by ${node}`, Object.fromEntries(rows))
}

async function configFacts(access: LabAccess, node: Lab['cluster']['nodes'][number], options: SnapshotOptions) {
  const place = { instance: node.instance }
  const argv = showConfiguration(access.lab)
  const result = await execAt(access, place, argv, { ...options, timeoutMs: TIMEOUT_MS })
  const lines = result.stdout.split(/\r?\n/).filter((line) => !isVolatileConfigLine(line))
  const isRead = result.exitCode === 0 && lines.some((line) => line.trim() !== '')
  return { [`${node.instance}/configuration`]: isRead ? `sha256 ${hash(lines.join('\n'))}` : 'not readable' }
}

/** Facts that could not be read; a snapshot with such cannot say how the lab was. */
export const unreadIn = (snapshot: LabSnapshot): string[] =>
  Object.entries(snapshot)
    .filter(([, value]) => value === 'not readable' || value === 'no-answer' || value === 'garbled')
    .map(([key, value]) => `${key}: ${value}`)

/**
 * What the lab looks like, to be compared with another moment: everything that a case might change and that does not
 * change by itself (see `volatile.ts`). Read concurrently, in two round trips at most per place. What cannot be read in
 * a node or instance is a fact ("not readable"); rejects when the lab host cannot be reached or does not list instances.
 */
export async function takeSnapshot(access: LabAccess<AnyLab>, options: SnapshotOptions): Promise<LabSnapshot> {
  const { lab, pool } = access
  if (hasCluster(lab)) return clusterSnapshot({ lab, pool }, options)
  const parts = await Promise.all([leaseHostFacts(access, options), wanFacts({ lab, pool }, options)])
  return Object.assign({}, ...parts)
}

async function clusterSnapshot(access: LabAccess, options: SnapshotOptions): Promise<LabSnapshot> {
  const { instances, cluster } = access.lab
  const timedOut = (name: string) => (cause: unknown) => {
    const error = asAppError(cause)
    if (error.code !== 'command-timeout') throw error
    return { [name]: 'not readable' }
  }
  const parts = await Promise.all([
    hostFacts(access, options),
    ...instances.map(({ name }) => insideFacts(access, name, options).catch(timedOut(`${name}/inside`))),
    ...cluster.nodes.map((node) =>
      askNode(access, node.name, { ...options, timeoutMs: TIMEOUT_MS }).then(clusterFacts),
    ),
    ...cluster.nodes.map((node) =>
      configFacts(access, node, options).catch(timedOut(`${node.instance}/configuration`)),
    ),
  ])
  return Object.assign({}, ...parts)
}
