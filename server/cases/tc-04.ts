import { z } from 'zod'
import { sessionsSurviveReversion, sessionsSyncedBack } from './criteria/sessions'
import { preemption } from './criteria/takeover'
import { reversionTimeWithinLimit } from './criteria/times'
import { defineCase } from './define'
import { primaryFailure, primaryReturn } from './faults'
import { declaredPrimary, declaredSecondary } from './roles'
import { collect, settle, step } from './steps'

/** A node that stays secondary is watched so much longer than the limit. */
const MARGIN_MS = 2000

/** TC-4: the preferred node comes back and takes over again; what was opened meanwhile goes on. */
export const tc04 = defineCase({
  id: 'TC-4',
  title: 'Recovery and preemption',
  objective:
    'When the preferred node comes back it is primary again within the limit (or stays secondary where preempt is off), with the sessions that were opened meanwhile.',
  destructive: true,
  params: z.object({
    waitS: z.number().min(5).max(300).default(30).meta({
      title: 'Wait for a takeover at most',
      unit: 's',
      description: 'A takeover that comes later than this counts as none.',
    }),
  }),
  headline: { title: 'Reversion Time', limitMs: (lab) => lab.expectations.reversionTimeMs },
  criteria: [preemption, reversionTimeWithinLimit, sessionsSurviveReversion, sessionsSyncedBack],
  steps: (lab, { waitS }) => {
    const { baselineMs, preemptionMs } = lab.expectations
    const { name: preferred, instance } = declaredPrimary(lab)
    const { name: backup } = declaredSecondary(lab)
    const redundancyGroups = lab.cluster.redundancyGroups.map(({ id }) => id)
    const targets = lab.targets.map(({ id }) => id)
    const traffic = lab.traffic.map(({ id }) => id)
    const returnMs = lab.cluster.preempt ? waitS * 1000 : preemptionMs + MARGIN_MS
    const settling = settle(lab.expectations)
    const durationS = Math.ceil((baselineMs + waitS * 1000 + returnMs + settling.budgetMs + 60_000) / 1000)
    return [
      step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets, tools: ['ping', 'iperf3', 'tcpdump'] }]),
      step('stop', `Stop ${preferred}`, 30_000, [
        { kind: 'watch-cluster', intervalMs: 250, durationS },
        { kind: 'fault', fault: primaryFailure(lab, 'clean-stop', 'setup') },
      ]),
      step('backup', `Wait for ${backup} to be primary`, waitS * 1000, [
        { kind: 'wait-primary', node: backup, redundancyGroups },
      ]),
      step('probes', `Open sessions on ${backup}; start probes and capture; baseline`, 60_000 + baselineMs, [
        { kind: 'start-capture', durationS },
        { kind: 'start-traffic', traffic, durationS },
        { kind: 'start-probes', targets, durationS },
        { kind: 'baseline', durationMs: baselineMs },
        { kind: 'record-sessions', label: 'before', to: 'traffic' },
      ]),
      step('start', `Start ${preferred}`, 30_000, [{ kind: 'fault', fault: primaryReturn(lab) }]),
      step(
        'wait',
        `Wait for ${preferred} to be primary again`,
        returnMs,
        [
          { kind: 'await-session-sync', node: preferred },
          { kind: 'wait-primary', node: preferred, redundancyGroups },
        ],
        'continue',
      ),
      settling,
      step('collect', `Stop probes; collect sessions and journals of ${instance} and its peer`, 60_000, collect),
    ]
  },
})
