import type { DesiredState } from '../domain/case'
import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster, type Lab } from '../domain/lab'
import { AppError } from '../errors'
import type { ExecResult } from '../transport/remote'
import { planConnection } from './connection'
import { noLeaseLeftArgv, releaseLeaseArgv } from './dhcp'
import { isRunning, listInstances, parseInstances, startInstance } from './incus'
import { failoverReset, failoverTo, showClusterStatus, showConfigurationWith } from './junos'
import { configurePolicy, policiesIn } from './junos-configure'
import { parseClusterStatus } from './junos-parse'
import { isActive, startUnit } from './systemd'

export type PlacedCommand = { place: Place; argv: string[] }

/** How one desired state is looked at and brought about; applying it twice does no harm. */
export type DesiredPlan = {
  /** "unit bpfrxd active on bpfrx-fw0" */
  title: string
  check: PlacedCommand
  /** Whether the check's result shows it. */
  isMet(result: ExecResult): boolean
  /** In this order. */
  apply: PlacedCommand[]
}

function nodeOf(lab: Lab, name: string) {
  const node = lab.cluster.nodes.find((candidate) => candidate.name === name)
  if (node) return node
  throw new AppError('bad-input', `the lab has no node "${name}"`, { hint: 'See cluster.nodes in the lab file.' })
}

function groupStatus(result: ExecResult, redundancyGroup: number) {
  const answer = parseClusterStatus(result.stdout)
  if (answer.kind !== 'status') return null
  const group = answer.status.groups.find((candidate) => candidate.redundancyGroup === redundancyGroup)
  if (!group) return null
  return { nodes: group.nodes, isManual: group.nodes.some(({ manual }) => manual === true) }
}

/** A link of a WAN: brought about by a dialogue on a console, so by no list of commands. */
export type LinkGood = Extract<DesiredState, { kind: 'link-good' }>
export type CommandState = Exclude<DesiredState, LinkGood>

export const isLinkGood = (desired: DesiredState): desired is LinkGood => desired.kind === 'link-good'

/** "unit bpfrxd active on bpfrx-fw0" */
export const desiredTitle = (lab: AnyLab, desired: DesiredState): string =>
  isLinkGood(desired) ? `WANulator ${desired.vm} good` : planDesired(lab, desired).title

/** The check and the commands for a desired state. Throws `bad-input` for a node that the lab has not. */
export function planDesired(any: AnyLab, desired: CommandState): DesiredPlan {
  if (hasCluster(any)) return planOnCluster(any, desired)
  throw new AppError('bad-input', `the lab has no cluster: "${desired.kind}" means nothing there`)
}

function planOnCluster(lab: Lab, desired: CommandState): DesiredPlan {
  const containerHost: Place = { host: lab.containers.host }
  switch (desired.kind) {
    case 'device-present':
    case 'vf-link':
    case 'link-up':
      return planConnection(lab, desired)
    case 'unit-active': {
      const place = { instance: desired.instance }
      return {
        title: `unit ${desired.unit} active on ${desired.instance}`,
        check: { place, argv: isActive(desired.unit) },
        isMet: (result) => result.exitCode === 0,
        apply: [{ place, argv: startUnit(desired.unit) }],
      }
    }
    case 'instance-running':
      return {
        title: `instance ${desired.instance} running`,
        check: { place: containerHost, argv: listInstances(lab) },
        isMet: ({ exitCode, stdout }) => exitCode === 0 && isRunning(parseInstances(stdout).get(desired.instance)),
        apply: [{ place: containerHost, argv: startInstance(lab, desired.instance) }],
      }
    case 'group-primary': {
      const node = nodeOf(lab, desired.node)
      const place = { instance: node.instance }
      return {
        title: `${desired.node} primary of redundancy group ${desired.redundancyGroup}, no manual failover`,
        check: { place, argv: showClusterStatus(lab) },
        isMet: (result) => {
          const group = groupStatus(result, desired.redundancyGroup)
          const row = group?.nodes.find((candidate) => candidate.node === desired.node)
          return row?.state === 'primary' && !group?.isManual
        },
        apply: [
          { place, argv: failoverTo(lab, desired.redundancyGroup, node.id) },
          { place, argv: failoverReset(lab, desired.redundancyGroup) },
        ],
      }
    }
    case 'policy-absent': {
      const { node, name } = desired
      return {
        title: `policy ${name} not in the configuration of ${node}`,
        check: { place: { instance: nodeOf(lab, node).instance }, argv: showConfigurationWith(lab, name) },
        isMet: ({ exitCode, stdout }) => exitCode === 0 && policiesIn(stdout)?.has(name) === false,
        // Whoever is primary now takes it away from both; the other one refuses.
        apply: lab.cluster.nodes.map(({ instance }) => ({
          place: { instance },
          argv: configurePolicy(lab, 'delete', desired),
        })),
      }
    }
    case 'no-manual-failover': {
      const [first] = lab.cluster.nodes
      const place = { instance: first?.instance ?? '' }
      return {
        title: `no manual failover of redundancy group ${desired.redundancyGroup}`,
        check: { place, argv: showClusterStatus(lab) },
        isMet: (result) => groupStatus(result, desired.redundancyGroup)?.isManual === false,
        apply: [{ place, argv: failoverReset(lab, desired.redundancyGroup) }],
      }
    }
    case 'dhcp-released': {
      const place = { instance: desired.instance }
      return {
        title: `no test lease held on ${desired.interface} of ${desired.instance}`,
        check: { place, argv: noLeaseLeftArgv() },
        isMet: ({ exitCode }) => exitCode === 0,
        apply: [{ place, argv: releaseLeaseArgv(desired.interface) }],
      }
    }
  }
}
