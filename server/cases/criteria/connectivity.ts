import { withoutPrefix } from '../../domain/address'
import type { FlowSession } from '../../domain/cluster'
import type { RunEvent } from '../../domain/event'
import type { Lab } from '../../domain/lab'
import type { ProbeSummary } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { sessionsOn } from '../../measure/sessions'
import type { Criterion } from '../define'
import { declaredPrimary } from '../roles'
import { allHold } from './judged'

/** Fewer probes than this say nothing about a share of loss. */
const LEAST_PROBES = 20

type Finding = { ok: boolean | null; text: string }

function answered({ title, offered, lost, late, duplicate, reordered }: ProbeSummary, limitPercent: number): Finding {
  const percent = offered === 0 ? 100 : ((lost + late) / offered) * 100
  const odd = [
    late > 0 && `${late} late`,
    duplicate > 0 && `${duplicate} twice`,
    reordered > 0 && `${reordered} reordered`,
  ]
  const text = [`${title}: ${offered - lost} of ${offered} answered (${percent.toFixed(2)} % lost or late)`, ...odd]
  return { ok: offered < LEAST_PROBES ? null : percent <= limitPercent, text: text.filter(Boolean).join(', ') }
}

/** Every target of the lab file answers, with no more loss than its limit. */
export const everyTargetAnswers: Criterion = {
  id: 'connectivity',
  title: 'WAN gateway, internet and RETH VIP answer',
  limit: ({ expectations: { lossPercent } }) => ({ value: lossPercent, unit: '%', text: `≤ ${lossPercent} % loss` }),
  judge: ({ evidence: { lab }, probes }) =>
    allHold(
      lab.targets.map((target): Finding => {
        const probe = probes.find((candidate) => candidate.target.id === target.id)
        return probe
          ? answered(probe.summary, lab.expectations.lossPercent)
          : { ok: null, text: `${target.title} was not probed` }
      }),
      'targets',
    ),
}

/** What must be seen of a connection on the primary: its entry, or null when there is none. */
type Expected = { what: string; entry: FlowSession | null }

/** The ping session to an address that is in use: those of earlier pings stay in the table for up to a minute. */
function pingSession(table: readonly FlowSession[], address: string): FlowSession | null {
  const sessions = table.filter((entry) => entry.protocol === 'icmp' && entry.destination.startsWith(`${address}:`))
  const [newest = null] = sessions.toSorted((a, b) => (b.timeoutS ?? 0) - (a.timeoutS ?? 0))
  return newest
}

/** Every connection that was open: the TCP streams by their 5-tuple, the pings by protocol and destination. */
function expectedSessions(lab: Lab, events: readonly RunEvent[], table: readonly FlowSession[]): Expected[] {
  const sockets = events.filter((event) => event.kind === 'traffic-socket')
  const tcp = sockets.map(({ local, remote }) => ({
    what: `${local} → ${remote}`,
    entry: table.find(({ source, destination }) => source === local && destination === remote) ?? null,
  }))
  const pings = lab.targets
    .filter(({ crossesCluster }) => crossesCluster)
    .map(({ title, address }) => ({
      what: `ping to ${title} (${address})`,
      entry: pingSession(table, address),
    }))
  return [...tcp, ...pings]
}

function eachSession(analysis: Analysis, judge: (expected: Expected) => Finding) {
  const { lab, events } = analysis.evidence
  const primary = declaredPrimary(lab).name
  const table = sessionsOn(events, primary, 'before')
  if (table === null) return allHold([{ ok: null, text: `${primary} gave no session table` }], 'sessions')
  return allHold(expectedSessions(lab, events, table).map(judge), 'sessions')
}

/** The connections through the cluster stand in the session table of the primary. */
export const sessionsVisible: Criterion = {
  id: 'sessions-visible',
  title: 'Sessions visible on the primary',
  limit: () => ({ value: null, unit: 'sessions', text: 'all of them' }),
  judge: (analysis) =>
    eachSession(analysis, ({ what, entry }) => ({
      ok: entry !== null,
      text: `${what}: ${entry ? 'there' : 'NOT there'}`,
    })),
}

/** Virtual addresses of the RETHs whose members face the WAN. */
export function wanAddresses(lab: Lab): string[] {
  const facing = new Set(
    lab.instances.flatMap(({ interfaces }) =>
      interfaces.flatMap(({ role, reth }) => (role === 'wan' && reth ? [reth] : [])),
    ),
  )
  return lab.cluster.reths.filter(({ name }) => facing.has(name)).map(({ vip }) => withoutPrefix(vip))
}

/** WAN-bound sessions carry the address of the WAN RETH as their source. */
export const snatApplied: Criterion = {
  id: 'snat',
  title: 'Source NAT applied to WAN-bound sessions',
  limit: (lab) => ({ value: null, unit: '', text: `source ${wanAddresses(lab).join(' or ') || 'of the WAN RETH'}` }),
  judge: (analysis) => {
    const addresses = wanAddresses(analysis.evidence.lab)
    return eachSession(analysis, ({ what, entry }) => {
      if (!entry || addresses.length === 0) return { ok: null, text: `${what}: not seen` }
      const text = `${what}: ${entry.natSource ? `as ${entry.natSource}` : 'untranslated'}`
      return { ok: addresses.some((address) => entry.natSource?.startsWith(`${address}:`)), text }
    })
  },
}
