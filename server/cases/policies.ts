import { type ConfigChange, type DesiredState, type Policy, PolicySchema } from '../domain/case'
import type { Lab } from '../domain/lab'
import { AppError } from '../errors'
import { declaredPrimary, declaredSecondary } from './roles'

/** Begins the name of every policy that a run makes. */
export const policyPrefix = (runId: string): string => `failover-lab-${runId}`

/** A policy of the run's own from the LAN's zone to the WAN's. Throws `lab-file` when the RETHs do not name both. */
export function policyOf({ cluster: { reths } }: Lab, runId: string, name: string): Policy {
  const wan = reths.find(({ gateway }) => gateway !== undefined)
  const lan = reths.find(({ gateway }) => gateway === undefined)
  const policy = PolicySchema.safeParse({
    fromZone: lan?.zone,
    toZone: wan?.zone,
    name: `${policyPrefix(runId)}-${name}`,
  })
  if (policy.success) return policy.data
  throw new AppError('lab-file', 'the lab file does not say between which zones a policy may be made', {
    hint: 'cluster.reths needs one with a gateway (WAN) and one without (LAN), each with the name of its zone.',
  })
}

/** Gone from both nodes; the primary is seen to first, which takes it away from the other one, too. */
const absent = (lab: Lab, policy: Policy): DesiredState[] =>
  [declaredSecondary(lab), declaredPrimary(lab)].map(({ name: node }) => ({ kind: 'policy-absent', ...policy, node }))

/** Sets a policy on a node. */
export const setPolicy = (lab: Lab, id: string, node: string, policy: Policy): ConfigChange => ({
  ...{ id, node, policy, change: 'set', undo: absent(lab, policy) },
  title: `Set policy ${policy.name} on ${node} and commit`,
})

/** Takes it away again. */
export const deletePolicy = (id: string, node: string, policy: Policy): ConfigChange => ({
  ...{ id, node, policy, change: 'delete', undo: [] },
  title: `Delete policy ${policy.name} on ${node} and commit`,
})
