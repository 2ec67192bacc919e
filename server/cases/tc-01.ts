import { z } from 'zod'
import { heartbeatUp, rethsActive, rolesAsDeclared, weightsAsDeclared } from './criteria/formation'
import { defineCase } from './define'

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
    {
      id: 'preflight',
      title: 'Preflight',
      budgetMs: 30_000,
      onTimeout: 'end-run',
      actions: [{ kind: 'preflight', targets: [], tools: [], anyState: true }],
    },
    {
      id: 'read',
      title: 'Read the cluster from both nodes',
      budgetMs: 30_000,
      onTimeout: 'end-run',
      actions: [{ kind: 'read-cluster' }],
    },
  ],
})
