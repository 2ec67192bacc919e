import { z } from 'zod'
import type { DesiredState, Fault, Step } from '../domain/case'
import type { Lab } from '../domain/lab'
import { groupIsPrimary } from './criteria/manual'
import { defineCase } from './define'
import { declaredPrimary } from './roles'
import { step } from './steps'

const request = ({ cluster }: Lab, command: string): string[] => [
  ...cluster.cli,
  '-c',
  `request chassis cluster failover ${command}`,
]

const params = z.object({
  redundancyGroup: z.int().min(0).max(128).default(1).meta({ title: 'Redundancy group' }),
  node: z
    .string()
    .regex(/^node\d+$/)
    .default('node1')
    .meta({ title: 'Node that is to be primary' }),
})
type Params = z.infer<typeof params>

const instanceOf = ({ cluster }: Lab, node: string): string =>
  cluster.nodes.find(({ name }) => name === node)?.instance ?? node

const WATCH_S = 120
const BUDGET_MS = 30_000

const stepsOf = ({ redundancyGroup, node }: Params, faults: Fault[]): Step[] => [
  step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets: [], tools: [], anyState: true }]),
  step('request', faults.map(({ title }) => title).join(', then '), BUDGET_MS, [
    { kind: 'watch-cluster', intervalMs: 250, durationS: WATCH_S },
    ...faults.map((fault) => ({ kind: 'fault', fault }) as const),
  ]),
  step(
    'wait',
    `Wait for ${node} to be primary of RG${redundancyGroup}`,
    BUDGET_MS,
    [{ kind: 'wait-primary', node, redundancyGroups: [redundancyGroup] }],
    'continue',
  ),
  step('read', 'Read the cluster from both nodes', BUDGET_MS, [{ kind: 'read-cluster' }]),
]

/** One redundancy group moves to a node and stays there: its manual flag is set until it is reset. */
export const manualFailover = defineCase({
  id: 'manual-failover',
  title: 'Manual failover',
  objective: 'Move one redundancy group to a node. It stays there, with its manual flag set, until it is reset.',
  kind: 'operation',
  destructive: true,
  params,
  headline: null,
  criteria: [groupIsPrimary(true)],
  steps: (lab, given) => {
    const { redundancyGroup, node } = given
    const id = lab.cluster.nodes.find(({ name }) => name === node)?.id
    const back: DesiredState = { kind: 'group-primary', redundancyGroup, node: declaredPrimary(lab).name }
    const fault: Fault = {
      ...{ id: 'manual-failover', event: 'setup', mode: 'manual failover', undo: [back] },
      title: `Manual failover of RG${redundancyGroup} to ${node}`,
      place: { instance: instanceOf(lab, node) },
      argv: request(lab, `redundancy-group ${redundancyGroup} node ${id}`),
    }
    return stepsOf(given, [fault])
  },
})

/** The manual flag of one redundancy group is reset, and the group is where the lab file wants it. */
export const manualReset = defineCase({
  id: 'manual-reset',
  title: 'Reset manual failover',
  objective: 'Reset the manual flag of one redundancy group; the preferred node takes it again.',
  kind: 'operation',
  destructive: true,
  params: params.pick({ redundancyGroup: true }),
  headline: null,
  criteria: [groupIsPrimary(false)],
  steps: (lab, { redundancyGroup }) => {
    const { name: node, instance, id } = declaredPrimary(lab)
    const common = {
      ...{ event: 'setup', mode: 'reset', place: { instance } },
      undo: [{ kind: 'no-manual-failover', redundancyGroup }],
    } satisfies Partial<Fault>
    const reset: Fault = {
      ...{ ...common, id: 'manual-reset', title: `Reset the manual flag of RG${redundancyGroup}` },
      argv: request(lab, `reset redundancy-group ${redundancyGroup}`),
    }
    const back: Fault = {
      ...{ ...common, id: 'manual-back', title: `RG${redundancyGroup} back to ${node}`, mayFail: true },
      argv: request(lab, `redundancy-group ${redundancyGroup} node ${id}`),
    }
    // where preempt is off the group would stay where it is
    return stepsOf({ redundancyGroup, node }, lab.cluster.preempt ? [reset] : [back, reset])
  },
})
