import { z } from 'zod'
import { sessionMatches, sessionSynced, sessionSyncInTime, sessionSyncLatency } from './criteria/session-sync'
import { defineCase } from './define'
import { step } from './steps'

/** What is not synced within the limit is watched so much longer before it counts as missing. */
const MARGIN_MS = 1000
const INTERVAL_MS = 50

/** TC-6: what is open through the primary is known to the backup. Changes nothing. */
export const tc06 = defineCase({
  id: 'TC-6',
  title: 'Session synchronization',
  objective:
    'Long-lived sessions are on both nodes, with the same addresses, ports, protocol and translation, and come to the backup within the limit.',
  destructive: false,
  params: z.object({}),
  headline: {
    title: 'Session Sync Latency',
    limitMs: (lab) => lab.expectations.sessionSyncMs,
    of: sessionSyncLatency,
  },
  criteria: [sessionSynced, sessionMatches, sessionSyncInTime],
  steps: (lab) => {
    const traffic = lab.traffic.map(({ id }) => id)
    const watchMs = lab.expectations.sessionSyncMs + MARGIN_MS
    const durationS = Math.ceil(watchMs / 1000) + 90
    return [
      step('preflight', 'Preflight', 60_000, [{ kind: 'preflight', targets: [], tools: ['iperf3'] }]),
      step('watch', 'Watch the session tables of both nodes', 30_000, [
        { kind: 'watch-cluster', intervalMs: 1000, durationS },
        { kind: 'watch-sessions', intervalMs: INTERVAL_MS, durationS },
      ]),
      step('open', 'Open sessions', 60_000, [{ kind: 'start-traffic', traffic, durationS }]),
      step('sync', 'Watch them come to the backup; read both tables', watchMs + 30_000, [
        { kind: 'run-probes', durationMs: watchMs },
        { kind: 'record-sessions', label: 'before', to: 'traffic' },
      ]),
      step('collect', 'Stop the traffic', 30_000, [{ kind: 'stop-traffic' }]),
    ]
  },
})
