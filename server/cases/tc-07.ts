import { z } from 'zod'
import type { Lab } from '../domain/lab'
import { deviceOf, movingWith, vfLinkOf, wanMember } from './connections'
import { leavesByBackup, memberGroupMoves, memberRestored, weightDrops } from './criteria/member'
import { failoverTimeWithinLimit } from './criteria/times'
import { defineCase } from './define'
import { groupsBack } from './faults'
import { declaredPrimary, declaredSecondary } from './roles'
import { settle, step } from './steps'

const HOW = {
  'remove-device': 'device taken out of the instance',
  'vf-link-down': 'link of the virtual function set down (where hot-plug cannot be undone live)',
} as const
type How = keyof typeof HOW

/** A monitor needs so long to see that an interface is back. */
const MONITOR_MS = 3000

const memberConnection = (lab: Lab, instance: string, how: How) => {
  const { entry } = wanMember(lab, instance)
  return how === 'remove-device' ? deviceOf(lab, instance, entry) : vfLinkOf(lab, entry)
}

/** TC-7: the primary loses its member of the WAN RETH, and only what depends on it moves. */
export const tc07 = defineCase({
  id: 'TC-7',
  title: 'RETH interface monitor',
  objective:
    'When the primary loses its WAN member its weight drops, the groups that depend on it move, and traffic leaves by the other member; put back, the member is as before.',
  destructive: true,
  params: z.object({
    how: z
      .enum(Object.keys(HOW) as [How, ...How[]])
      .default('remove-device')
      .meta({ title: 'How the member is lost', choices: HOW }),
    waitS: z.number().min(5).max(300).default(30).meta({
      title: 'Wait for the takeover at most',
      unit: 's',
      description: 'A takeover that comes later than this counts as none.',
    }),
  }),
  headline: { title: 'Failover Time', limitMs: (lab) => lab.expectations.failoverTimeMs },
  criteria: [weightDrops, memberGroupMoves, failoverTimeWithinLimit, leavesByBackup, memberRestored],
  steps: (lab, { how, waitS }) => {
    const { baselineMs } = lab.expectations
    const { name: preferred, instance } = declaredPrimary(lab)
    const { name: backup } = declaredSecondary(lab)
    const { entry, reth } = wanMember(lab, instance)
    const connection = memberConnection(lab, instance, how)
    const moves = movingWith(lab, reth.redundancyGroup)
    const members = { what: 'requests', node: backup, reth: reth.name } as const
    const links = [{ instance, linux: entry.linux }]
    const targets = lab.targets.map(({ id }) => id)
    const traffic = lab.traffic.map(({ id }) => id)
    const settling = settle(lab.expectations)
    const durationS = Math.ceil((baselineMs + 2 * waitS * 1000 + settling.budgetMs + 120_000) / 1000)
    const what = `${entry.linux} of ${instance}`
    const mode = HOW[how].replace(/ \(.*/, '')
    return [
      step('preflight', 'Preflight', 60_000, [
        {
          kind: 'preflight',
          targets,
          tools: ['ping', 'iperf3', 'tcpdump'],
          nodeTools: ['tcpdump'],
          connections: [connection],
        },
      ]),
      step('probes', 'Read the member; start probes, traffic and captures; baseline', 60_000 + baselineMs, [
        { kind: 'watch-cluster', intervalMs: 250, durationS },
        { kind: 'read-cluster', label: 'before' },
        { kind: 'read-links', label: 'before', links },
        { kind: 'start-capture', durationS, members },
        { kind: 'start-traffic', traffic, durationS },
        { kind: 'start-probes', targets, durationS },
        { kind: 'baseline', durationMs: baselineMs },
      ]),
      step('fault', `Take ${what} away`, 30_000, [
        {
          kind: 'disconnect',
          connection,
          event: 'failover',
          title: `${what}: ${mode}`,
          mode,
          moves,
          undo: groupsBack(lab),
        },
      ]),
      step(
        'wait',
        `Wait for ${backup} to be primary of ${moves.map((id) => `RG${id}`).join(', ')}`,
        waitS * 1000,
        [{ kind: 'wait-primary', node: backup, redundancyGroups: moves }],
        'continue',
      ),
      settling,
      step('collect', 'Read the cluster; stop probes and traffic', 60_000, [
        { kind: 'read-cluster', label: 'during' },
        { kind: 'stop-probes' },
        { kind: 'stop-capture', members },
        { kind: 'stop-traffic' },
      ]),
      step(
        'back',
        `Put ${what} back as it was`,
        30_000,
        [{ kind: 'reconnect', connection, title: `${what} put back`, mode: 'put back' }],
        'continue',
      ),
      step(
        'return',
        lab.cluster.preempt
          ? `Let the monitors see it; wait for ${preferred} to be primary`
          : 'Let the monitors see it',
        2 * MONITOR_MS + (lab.cluster.preempt ? waitS * 1000 : 0),
        [
          // A node that nobody relieved is primary all the time: that says nothing of its weight.
          { kind: 'run-probes', durationMs: MONITOR_MS },
          ...(lab.cluster.preempt ? [{ kind: 'wait-primary' as const, node: preferred, redundancyGroups: moves }] : []),
        ],
        'continue',
      ),
      step('read', 'Read member and cluster again; collect journals', 60_000, [
        { kind: 'read-cluster', label: 'restored' },
        { kind: 'read-links', label: 'restored', links },
        { kind: 'read-clocks' },
        { kind: 'collect-journal' },
      ]),
    ]
  },
})
