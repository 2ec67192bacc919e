import { formatMs } from '../../domain/format'
import { membersOf } from '../../domain/members'
import { PACKET_KINDS } from '../../domain/sample'
import type { Analysis } from '../../measure/analysis'
import { doneOn } from '../../measure/clocks'
import { wasCutOff } from '../../measure/cut-off'
import { movingWith, wanMember } from '../connections'
import type { Criterion, Judged } from '../define'
import { allHold, fail, inconclusive, outOf, pass } from './judged'
import { atMost } from './limits'
import { type Finding, linkAsBefore } from './links'
import { clusterRead } from './reads'
import { judgeTakeover } from './takeover'

/** Weight of the primary for the member's group, as it says itself. */
function weightAt(analysis: Analysis, label: 'before' | 'during' | 'restored'): number | null {
  const { primary, evidence } = analysis
  const { redundancyGroup } = wanMember(evidence.lab, primary.instance).reth
  const weights = clusterRead(analysis, primary.name, label)?.information?.weights ?? []
  const found = weights.find((entry) => entry.node === primary.name && entry.redundancyGroup === redundancyGroup)
  return found?.weight ?? null
}

function judgeWeight(analysis: Analysis): Judged {
  const { primary, evidence } = analysis
  const group = wanMember(evidence.lab, primary.instance).reth.redundancyGroup
  const [before, during] = [weightAt(analysis, 'before'), weightAt(analysis, 'during')]
  const answer = clusterRead(analysis, primary.name, 'during')?.answer
  const rows = answer?.kind === 'status' ? answer.status.groups : []
  const failures = rows
    .find(({ redundancyGroup }) => redundancyGroup === group)
    ?.nodes.find(({ node }) => node === primary.name)?.monitorFailures
  const known = before !== null && during !== null
  return allHold(
    [
      {
        ok: known ? during < before : null,
        text: `weight of ${primary.name} in RG${group}: ${before ?? 'not read'} -> ${during ?? 'not read'}`,
      },
      {
        ok: failures ? failures.includes('IF') : null,
        text: `monitor failures of ${primary.name} in RG${group}: ${failures?.join(', ') || (failures ? 'none' : 'not read')}`,
      },
    ],
    'facts',
  )
}

/** The node that has lost its member weighs less in the member's group, and shows the interface monitor's failure. */
export const weightDrops: Criterion = {
  id: 'weight',
  title: 'Weight of the affected node drops, monitor failure shown',
  limit: () => ({ value: null, unit: '', text: 'below what it was, IF' }),
  judge: judgeWeight,
}

/** Groups that are not to move are primary where they were, as that node says while the member is gone. */
function othersStay(analysis: Analysis): Finding[] {
  const { primary, fault, evidence } = analysis
  const staying = evidence.lab.cluster.redundancyGroups.filter(({ id }) => !fault?.moves?.includes(id))
  const answer = clusterRead(analysis, primary.name, 'during')?.answer
  return staying.map(({ id }) => {
    if (answer?.kind !== 'status') return { ok: null, text: `RG${id}: ${primary.name} was not read` }
    const row = answer.status.groups
      .find(({ redundancyGroup }) => redundancyGroup === id)
      ?.nodes.find(({ node }) => node === primary.name)
    return { ok: row?.state === 'primary', text: `RG${id} stays: ${primary.name} is ${row?.stateText ?? 'absent'}` }
  })
}

function judgeGroups(analysis: Analysis): Judged {
  const moved = judgeTakeover(analysis, analysis.evidence.lab.expectations.primaryChangeMs)
  const stayed = othersStay(analysis)
  const evidence = [...moved.evidence, ...stayed.map(({ text }) => ({ text }))]
  const strays = stayed.filter(({ ok }) => ok === false)
  if (moved.verdict === 'fail' || strays.length > 0) {
    const reasons = [moved.verdict === 'fail' ? moved.reason : null, ...strays.map(({ text }) => text)]
    return fail(reasons.filter((reason) => reason !== null).join('; '), moved.measured, evidence)
  }
  const unread = stayed.find(({ ok }) => ok === null)
  if (moved.verdict === 'pass' && unread) return inconclusive(`${unread.text}.`, moved.measured, evidence)
  return { ...moved, evidence }
}

/** The member's group, and those that move with it, are primary on the backup in time; the others stay. */
export const memberGroupMoves: Criterion = {
  id: 'group-primary',
  title: "Backup is primary of the member's groups in time, the others stay",
  limit: ({ expectations }) => atMost(expectations.primaryChangeMs),
  judge: judgeGroups,
}

const REQUEST = PACKET_KINDS.indexOf('icmp-request')

function judgePath(analysis: Analysis): Judged {
  const { fault, backup, primary, evidence, context, headline } = analysis
  if (!fault) return inconclusive('There was no fault.')
  const { reth } = wanMember(evidence.lab, primary.instance)
  const member = membersOf(evidence.lab).find((one) => one.node === backup.name && one.reth.name === reth.name)
  if (!member) return inconclusive(`The lab file names no member of ${reth.name} on ${backup.name}.`)
  const t0 = doneOn(fault, member.instance, context)
  if (!t0) return inconclusive(`T0 is not known on the clock of ${member.instance}.`)
  const stamps = (evidence.streams.get(member.stream) ?? []).flatMap(([kind, stampMs]) =>
    kind === REQUEST && stampMs != null ? [stampMs] : [],
  )
  const early = stamps.filter((ms) => ms < t0.fromMs).length
  const late = stamps.filter((ms) => ms > t0.toMs)
  const name = `${member.linux} of ${backup.name}`
  const measured = outOf(late.length, stamps.length, 'requests after T0')
  const first = late[0] === undefined ? 'none after T0' : `the first ${formatMs(late[0] - t0.fromMs)} after T0`
  const seen = [{ text: `${name}: ${early} requests before T0, ${late.length} after it, ${first}` }]
  if (early > 0) return fail(`Probes left by ${name} before T0 already.`, measured, seen)
  if (late.length > 0) return pass(`Probes leave by ${name} after T0, and none did before.`, measured, seen)
  if (wasCutOff(evidence.events, member.stream)) return inconclusive('The capture broke off.', measured, seen)
  const isBack = headline?.probe.finding?.recoveredMs != null || headline?.probe.finding === null
  if (isBack && member.xdp)
    return inconclusive(`Probes are answered, but XDP may take them past a capture on ${name}.`, measured, seen)
  return fail(`No probe left by ${name} after T0.`, measured, seen)
}

/** Traffic leaves by the backup's member: seen on it after T0, and not before. */
export const leavesByBackup: Criterion = {
  id: 'path',
  title: "Traffic leaves by the backup's member",
  limit: () => ({ value: 1, unit: 'requests', text: 'seen on it after T0, none before' }),
  judge: judgePath,
}

function judgeRestored(analysis: Analysis): Judged {
  const { primary, fault, evidence } = analysis
  const { cluster } = evidence.lab
  const { entry, reth } = wanMember(evidence.lab, primary.instance)
  if (!fault) return inconclusive('There was no fault.')
  const expected = cluster.redundancyGroups.find(({ id }) => id === reth.redundancyGroup)?.weight ?? null
  const weight = weightAt(analysis, 'restored')
  const answer = clusterRead(analysis, primary.name, 'restored')?.answer
  const groups = cluster.preempt ? movingWith(evidence.lab, reth.redundancyGroup) : []
  const roles = groups.map((id): Finding => {
    if (answer?.kind !== 'status') return { ok: null, text: `RG${id}: ${primary.name} was not read` }
    const row = answer.status.groups
      .find(({ redundancyGroup }) => redundancyGroup === id)
      ?.nodes.find(({ node }) => node === primary.name)
    return { ok: row?.state === 'primary', text: `RG${id}: ${primary.name} is ${row?.stateText ?? 'absent'} again` }
  })
  return allHold(
    [
      linkAsBefore(analysis, { instance: primary.instance, linux: entry.linux }),
      {
        ok: weight === null ? null : weight === expected,
        text: `weight of ${primary.name} in RG${reth.redundancyGroup}: ${weight ?? 'not read'}`,
      },
      ...roles,
    ],
    'facts',
  )
}

/** The member is back as it was: name, MAC, state, MTU, addresses, its weight, and with preempt its groups. */
export const memberRestored: Criterion = {
  id: 'member-restored',
  title: 'Member put back with name, MAC, addresses and link as before',
  limit: ({ cluster }) => ({
    value: null,
    unit: '',
    text: cluster.preempt ? 'as before, weight and groups too' : 'as before, weight too',
  }),
  judge: judgeRestored,
}
