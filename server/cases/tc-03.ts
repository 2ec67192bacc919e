import { z } from 'zod'
import { evidenceAgrees } from './criteria/agreement'
import { garpFromNewPrimary } from './criteria/garp'
import { sessionsSurvive } from './criteria/sessions'
import { backupIsPrimary } from './criteria/takeover'
import { failoverTimeWithinLimit } from './criteria/times'
import { defineCase } from './define'
import { MODES, type Mode, primaryFailure } from './faults'
import { declaredSecondary } from './roles'
import { collect, settle, step } from './steps'

/** TC-3: the primary fails, the secondary takes over. */
export const tc03 = defineCase({
  id: 'TC-3',
  title: 'Failover — primary failure',
  objective: 'When the primary fails, the secondary takes over within the limit, traffic resumes and sessions survive.',
  destructive: true,
  params: z.object({
    mode: z
      .enum(Object.keys(MODES) as [Mode, ...Mode[]])
      .default('kill-9')
      .meta({ title: 'How the primary fails', choices: MODES }),
    waitS: z.number().min(5).max(300).default(30).meta({
      title: 'Wait for the takeover at most',
      unit: 's',
      description: 'A takeover that comes later than this counts as none.',
    }),
  }),
  headline: { title: 'Failover Time', limitMs: (lab) => lab.expectations.failoverTimeMs },
  criteria: [backupIsPrimary, failoverTimeWithinLimit, garpFromNewPrimary, sessionsSurvive, evidenceAgrees],
  steps: (lab, params) => {
    const { baselineMs } = lab.expectations
    const targets = lab.targets.map((target) => target.id)
    const traffic = lab.traffic.map((entry) => entry.id)
    const waitMs = params.waitS * 1000
    const settling = settle(lab.expectations)
    const durationS = Math.ceil((baselineMs + waitMs + settling.budgetMs + 60_000) / 1000)
    const backup = declaredSecondary(lab).name
    const redundancyGroups = lab.cluster.redundancyGroups.map((group) => group.id)
    return [
      step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets, tools: ['ping', 'iperf3', 'tcpdump'] }]),
      step('probes', 'Start probes, traffic and capture; baseline', 30_000 + baselineMs, [
        { kind: 'watch-cluster', intervalMs: 250, durationS },
        { kind: 'start-capture', durationS },
        { kind: 'start-traffic', traffic, durationS },
        { kind: 'start-probes', targets, durationS },
        { kind: 'baseline', durationMs: baselineMs },
        { kind: 'record-sessions', label: 'before', to: 'traffic' },
      ]),
      step('fault', `Fail the primary: ${MODES[params.mode]}`, 30_000, [
        { kind: 'fault', fault: primaryFailure(lab, params.mode) },
      ]),
      step(
        'wait',
        `Wait for ${backup} to be primary`,
        waitMs,
        [{ kind: 'wait-primary', node: backup, redundancyGroups }],
        'continue',
      ),
      settling,
      step('collect', 'Stop probes; collect sessions and journals', 60_000, collect),
    ]
  },
})
