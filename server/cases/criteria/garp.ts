import { placeName } from '../../domain/place'
import type { Analysis } from '../../measure/analysis'
import { sameMac } from '../../measure/capture-gap'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, outOf, pass } from './judged'

/** MACs of a node's members of a RETH, as read from the node before anything was done. */
export function memberMacs(
  { evidence: { lab }, context }: Pick<Analysis, 'evidence' | 'context'>,
  instance: string,
  reth: string,
): string[] {
  const interfaces = lab.instances.find(({ name }) => name === instance)?.interfaces ?? []
  return interfaces.flatMap((entry) => (entry.reth === reth ? (context?.macs[`${instance}/${entry.linux}`] ?? []) : []))
}

function judgeGarp(analysis: Analysis): Judged {
  const {
    garp,
    backup,
    primary,
    fault,
    evidence: { lab },
  } = analysis
  const configured = lab.cluster.garpCount
  if (!fault) return inconclusive('There was no fault.')
  const findings = garp.map(({ reth, count, cutOff }) => {
    if (!count && reth.garpObserver)
      return { seen: null, text: `${reth.name}: T0 is not known on the clock of ${placeName(reth.garpObserver.at)}` }
    if (!count) return { seen: null, text: `${reth.name}: nobody can see it (garpObserver in the lab file)` }
    const own = memberMacs(analysis, backup.instance, reth.name)
    const other = memberMacs(analysis, primary.instance, reth.name)
    const from = [...count.byMac].filter(([mac]) =>
      own.length > 0 ? own.some((m) => sameMac(m, mac)) : !other.some((m) => sameMac(m, mac)),
    )
    const seen = from.reduce((sum, [, times]) => sum + times, 0)
    if (seen === 0 && cutOff) return { seen: null, text: `${reth.name} ${reth.vip}: none until the capture broke off` }
    const senders = [...count.byMac].map(([mac, times]) => `${times} from ${mac}`).join(', ') || 'none'
    return {
      seen,
      text: `${reth.name} ${reth.vip}: ${senders}; ${seen} of them from ${backup.name}, ${configured} configured`,
    }
  })
  const evidence = findings.map(({ text }) => ({ text }))
  const announced = findings.filter(({ seen }) => seen !== null && seen > 0).length
  const measured = outOf(announced, findings.length, 'VIPs')
  const silent = findings.filter(({ seen }) => seen === 0)
  if (silent.length > 0)
    return fail(
      `No gratuitous ARP from ${backup.name} after T0 for ${silent.length} of ${findings.length} VIPs.`,
      measured,
      evidence,
    )
  if (announced < findings.length || findings.length === 0)
    return inconclusive('Not every VIP could be observed.', measured, evidence)
  return pass(`${backup.name} announced every VIP after T0.`, measured, evidence)
}

/** At least one gratuitous ARP per VIP from the new primary after T0; the configured count is shown beside it. */
export const garpFromNewPrimary: Criterion = {
  id: 'garp',
  title: 'Gratuitous ARP from the new primary for every VIP',
  limit: (lab) => ({ value: 1, unit: 'GARP', text: `≥ 1 per VIP (${lab.cluster.garpCount} configured)` }),
  judge: judgeGarp,
}
