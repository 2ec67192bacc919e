import { z } from 'zod'
import { everyTargetAnswers, sessionsVisible, snatApplied } from './criteria/connectivity'
import { defineCase } from './define'
import { step } from './steps'

/** TC-2: the LAN reaches the WAN through the primary. Changes nothing. */
export const tc02 = defineCase({
  id: 'TC-2',
  title: 'LAN connectivity',
  objective:
    'The LAN host reaches the WAN gateway, the internet and the RETH VIP; its sessions stand on the primary, translated.',
  destructive: false,
  params: z.object({
    durationS: z.number().min(5).max(86_400).default(10).meta({
      title: 'Probe for',
      unit: 's',
      description: 'Long runs show outages with their lengths and spacing.',
    }),
  }),
  headline: null,
  criteria: [everyTargetAnswers, sessionsVisible, snatApplied],
  steps: (lab, { durationS }) => {
    const streamsS = Math.ceil(durationS) + 60
    const targets = lab.targets.map(({ id }) => id)
    const traffic = lab.traffic.map(({ id }) => id)
    return [
      // whether the targets answer is what is asked, not what is required
      step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets: [], tools: ['ping', 'iperf3'] }]),
      step('probes', 'Start probes and traffic; read the sessions', 60_000, [
        { kind: 'watch-cluster', intervalMs: 1000, durationS: streamsS },
        { kind: 'start-traffic', traffic, durationS: streamsS },
        { kind: 'start-probes', targets, durationS: streamsS },
        { kind: 'run-probes', durationMs: 1000 },
        { kind: 'record-sessions', label: 'before', to: 'traffic-and-targets' },
      ]),
      step('watch', 'Probe every target', durationS * 1000 + 30_000, [
        { kind: 'run-probes', durationMs: durationS * 1000 },
      ]),
      step('collect', 'Stop probes and traffic', 30_000, [{ kind: 'stop-probes' }, { kind: 'stop-traffic' }]),
    ]
  },
})
