import { z } from 'zod'
import type { Lab } from '../domain/lab'
import { bridgeOf, deviceOf, interfaceOf } from './connections'
import { heartbeatRestored } from './criteria/split-healed'
import { noDualPrimaryState, otherStepsDown, priorityKeepsPrimary } from './criteria/split-state'
import { noDualPrimaryVip } from './criteria/split-vip'
import { END_STEP } from './criteria/split-window'
import { defineCase } from './define'
import { groupsBack } from './faults'
import { declaredSecondary } from './roles'
import { step } from './steps'

const HOW = {
  'remove-device': 'heartbeat device taken out of the secondary',
  'cut-bridge': "heartbeat's bridge set down, both NICs up",
} as const
type How = keyof typeof HOW

/** Both nodes are asked this often: what may pass unseen is not much longer. */
const POLL_MS = 200

const heartbeatOf = (lab: Lab, instance: string, how: How) => {
  const entry = interfaceOf(lab, instance, 'heartbeat')
  return how === 'remove-device' ? deviceOf(lab, instance, entry) : bridgeOf(lab, instance, entry)
}

const seconds = (title: string, description: string, least: number, usual: number) =>
  z.number().min(least).max(600).default(usual).meta({ title, unit: 's', description })

/** TC-10: the nodes lose each other's heartbeat, and there is one primary all the same. */
export const tc10 = defineCase({
  id: 'TC-10',
  title: 'Split-brain prevention',
  objective:
    'When the heartbeat is cut between two running nodes there is one primary, by what both say and by who answers for the VIPs, and it stays so when the heartbeat is back.',
  destructive: true,
  params: z.object({
    how: z
      .enum(Object.keys(HOW) as [How, ...How[]])
      .default('remove-device')
      .meta({ title: 'How the heartbeat is cut', choices: HOW }),
    watchS: seconds('Watch while it is cut', 'Longer than the heartbeat threshold, or nothing happens.', 5, 15),
    healS: seconds('Watch after healing', 'A split may show only when the nodes meet again.', 10, 12),
  }),
  headline: null,
  criteria: [noDualPrimaryState, noDualPrimaryVip, priorityKeepsPrimary, otherStepsDown, heartbeatRestored],
  steps: (lab, { how, watchS, healS }) => {
    const { baselineMs } = lab.expectations
    const { instance } = declaredSecondary(lab)
    const connection = heartbeatOf(lab, instance, how)
    const links = lab.cluster.nodes.map((node) => ({
      instance: node.instance,
      linux: interfaceOf(lab, node.instance, 'heartbeat').linux,
    }))
    const targets = lab.targets.map(({ id }) => id)
    const members = { what: 'arp' } as const
    const durationS = Math.ceil(baselineMs / 1000 + watchS + healS + 180)
    const mode = HOW[how].replace(/,.*/, '')
    return [
      step('preflight', 'Preflight', 60_000, [
        {
          kind: 'preflight',
          targets,
          tools: ['ping', 'tcpdump', 'arping'],
          nodeTools: ['tcpdump'],
          connections: [connection],
        },
      ]),
      step('probes', 'Ask who has the VIPs; start probes and captures; baseline', 60_000 + baselineMs, [
        { kind: 'watch-cluster', intervalMs: POLL_MS, durationS },
        { kind: 'read-links', label: 'before', links },
        { kind: 'start-capture', durationS, members },
        { kind: 'start-arping', durationS },
        { kind: 'start-probes', targets, durationS },
        { kind: 'baseline', durationMs: baselineMs },
      ]),
      step('cut', 'Cut the heartbeat', 30_000, [
        { kind: 'disconnect', connection, event: 'failover', title: mode, mode, moves: [], undo: groupsBack(lab) },
      ]),
      step('watch', 'Watch both nodes while the heartbeat is cut', watchS * 1000 + 30_000, [
        { kind: 'run-probes', durationMs: watchS * 1000 },
        { kind: 'read-cluster', label: 'during' },
      ]),
      step(
        'heal',
        'Put the heartbeat back as it was',
        30_000,
        [{ kind: 'reconnect', connection, title: 'heartbeat put back', mode: 'put back' }],
        'continue',
      ),
      step('healed', 'Watch both nodes after healing', healS * 1000 + 30_000, [
        { kind: 'run-probes', durationMs: healS * 1000 },
        { kind: 'read-cluster', label: 'restored' },
        { kind: 'read-links', label: 'restored', links },
      ]),
      step(END_STEP, 'Stop probes and captures; collect journals', 60_000, [
        { kind: 'stop-probes' },
        { kind: 'stop-arping' },
        { kind: 'stop-capture', members },
        { kind: 'read-clocks' },
        { kind: 'collect-journal' },
      ]),
    ]
  },
})
