import { z } from 'zod'
import type { Fault } from '../domain/case'
import type { Lab } from '../domain/lab'

import { evidenceAgrees } from './criteria/agreement'
import { backupIsPrimary, failoverTimeWithinLimit, garpFromNewPrimary } from './criteria/failover'
import { sessionsSurvive } from './criteria/sessions'

import { defineCase } from './define'
import { declaredPrimary, declaredSecondary } from './roles'

const MODES = {
  'kill-9': 'kill -9 of the cluster daemon (a crash)',
  'clean-stop': 'clean stop of the cluster daemon',
  'force-stop': 'forced stop of the instance (power off)',
} as const
type Mode = keyof typeof MODES

/** The fault of TC-3 on the node that is declared primary, and what puts the lab back. */
export function primaryFailure(lab: Lab, mode: Mode): Fault {
  const { cluster } = lab
  const primary = declaredPrimary(lab)
  const place = { instance: primary.instance }
  const unitActive = { kind: 'unit-active', instance: primary.instance, unit: cluster.unit } as const
  const groups = cluster.redundancyGroups.map(
    (group) => ({ kind: 'group-primary', redundancyGroup: group.id, node: primary.name }) as const,
  )
  const common = { title: `${MODES[mode]} on ${primary.instance}`, mode: MODES[mode] }
  if (mode === 'force-stop')
    return {
      ...common,
      id: 'force-stop',
      place: { host: lab.containers.host },
      argv: [...lab.containers.command, 'stop', '--force', primary.instance],
      undo: [...groups, unitActive, { kind: 'instance-running', instance: primary.instance }],
    }
  const argv =
    mode === 'kill-9' ? ['systemctl', 'kill', '--signal=KILL', cluster.unit] : ['systemctl', 'stop', cluster.unit]
  return { ...common, id: mode, place, argv, undo: [...groups, unitActive] }
}

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
    const { baselineMs, validationMs } = lab.expectations
    const targets = lab.targets.map((target) => target.id)
    const traffic = lab.traffic.map((entry) => entry.id)
    const waitMs = params.waitS * 1000
    const settleMs = 60_000 + validationMs
    const durationS = Math.ceil((baselineMs + waitMs + settleMs + 60_000) / 1000)
    const step = (id: string, title: string, budgetMs: number) => ({
      id,
      title,
      budgetMs,
      onTimeout: 'end-run' as const,
    })
    return [
      {
        ...step('preflight', 'Preflight', 60_000),
        actions: [{ kind: 'preflight', targets, tools: ['ping', 'iperf3', 'tcpdump'] }],
      },
      {
        ...step('probes', 'Start probes, traffic and capture; baseline', 30_000 + baselineMs),
        actions: [
          { kind: 'watch-cluster', intervalMs: 250, durationS },
          { kind: 'start-capture', durationS },
          { kind: 'start-traffic', traffic, durationS },
          { kind: 'start-probes', targets, durationS },
          { kind: 'baseline', durationMs: baselineMs },
          { kind: 'record-sessions', label: 'before' },
        ],
      },
      {
        ...step('fault', `Fail the primary: ${MODES[params.mode]}`, 30_000),
        actions: [{ kind: 'fault', fault: primaryFailure(lab, params.mode) }],
      },
      {
        ...step('wait', `Wait for ${declaredSecondary(lab).name} to be primary`, waitMs),
        onTimeout: 'continue',
        actions: [
          {
            kind: 'wait-primary',
            node: declaredSecondary(lab).name,
            redundancyGroups: lab.cluster.redundancyGroups.map((group) => group.id),
          },
        ],
      },
      {
        ...step('settle', 'Settle: loss back at baseline, validated', settleMs),
        onTimeout: 'continue',
        actions: [{ kind: 'settle', validationMs }],
      },
      {
        ...step('collect', 'Stop probes; collect sessions and journals', 60_000),
        actions: [
          { kind: 'stop-probes' },
          { kind: 'stop-capture' },
          { kind: 'record-sessions', label: 'after' },
          { kind: 'stop-traffic' },
          { kind: 'collect-journal' },
        ],
      },
    ]
  },
})
