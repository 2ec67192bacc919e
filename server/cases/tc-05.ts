import { z } from 'zod'
import { configAppears, configRemoved, configSyncLatency, secondaryRefuses } from './criteria/config-sync'
import { singleConfig } from './criteria/single-config'
import { defineCase } from './define'
import { deletePolicy, policyOf, policyPrefix, setPolicy } from './policies'
import { declaredPrimary, declaredSecondary } from './roles'
import { step } from './steps'

/** What does not show within the limit is watched so much longer before it counts as missing. */
const MARGIN_MS = 1000
const INTERVAL_MS = 50

/** TC-5: what is configured on the primary is on the secondary, which takes no changes of its own. */
export const tc05 = defineCase({
  id: 'TC-5',
  title: 'Configuration synchronization',
  objective:
    'A policy that is set on the primary appears on the secondary within the limit, and disappears again; the secondary refuses changes; one configuration holds what is common and what is each node’s own.',
  destructive: true,
  outage: false,
  params: z.object({}),
  headline: {
    title: 'Config Sync Latency',
    limitMs: (lab) => lab.expectations.configSyncMs,
    of: configSyncLatency,
  },
  criteria: [configAppears, secondaryRefuses, configRemoved, singleConfig],
  steps: (lab, _params, runId) => {
    const { name: primary } = declaredPrimary(lab)
    const { name: secondary } = declaredSecondary(lab)
    const policy = policyOf(lab, runId, 'set')
    const refused = policyOf(lab, runId, 'refused')
    const waitMs = lab.expectations.configSyncMs + MARGIN_MS
    const durationS = Math.ceil((4 * waitMs) / 1000) + 120
    const policies = [policy.name, refused.name]
    return [
      step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets: [], tools: [] }]),
      step('read', 'Read the configuration of both nodes; watch it', 30_000, [
        { kind: 'read-config' },
        { kind: 'watch-cluster', intervalMs: 1000, durationS },
        { kind: 'watch-policies', prefix: policyPrefix(runId), policies, intervalMs: INTERVAL_MS, durationS },
      ]),
      step('set', `Set a policy on ${primary}`, 30_000, [
        { kind: 'configure', change: setPolicy(lab, 'set', primary, policy) },
      ]),
      step(
        'appear',
        'Wait until both nodes show it',
        waitMs,
        [{ kind: 'await-policy', policy: policy.name, present: true, afterMs: 0 }],
        'continue',
      ),
      step('refuse', `Try to set one on ${secondary}`, 30_000, [
        { kind: 'configure', change: setPolicy(lab, 'refused', secondary, refused) },
      ]),
      step(
        'unchanged',
        'Watch that nothing of it comes into a configuration',
        waitMs + MARGIN_MS,
        [
          {
            kind: 'await-policy',
            policy: refused.name,
            present: false,
            afterMs: lab.expectations.configSyncMs + MARGIN_MS / 2,
          },
        ],
        'continue',
      ),
      step('delete', `Delete the policy on ${primary}`, 30_000, [
        { kind: 'configure', change: deletePolicy('delete', primary, policy) },
      ]),
      step(
        'gone',
        'Wait until no node shows it',
        waitMs,
        [{ kind: 'await-policy', policy: policy.name, present: false, afterMs: 0 }],
        'continue',
      ),
    ]
  },
})
