import { z } from 'zod'
import { heartbeatUp, rethsActive, rolesAsDeclared, weightsAsDeclared } from './criteria/formation'
import { defineCase } from './define'
import { step } from './steps'

/** TC-1: the cluster has formed as the lab file declares it. Changes nothing. */
export const tc01 = defineCase({
  id: 'TC-1',
  title: 'Cluster formation',
  objective:
    'Both nodes see one cluster: the primary, the secondary, their priorities and weights, and both RETHs are as declared.',
  destructive: false,
  params: z.object({}),
  headline: null,
  criteria: [rolesAsDeclared, weightsAsDeclared, heartbeatUp, rethsActive],
  steps: () => [
    step('preflight', 'Preflight', 30_000, [{ kind: 'preflight', targets: [], tools: [], anyState: true }]),
    step('read', 'Read the cluster from both nodes', 30_000, [{ kind: 'read-cluster' }]),
  ],
})
