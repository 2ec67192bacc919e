import type { RunEvent } from '../../domain/event'
import type { Lab } from '../../domain/lab'
import type { Analysis } from '../../measure/analysis'
import type { Criterion, Judged } from '../define'
import { askedIn, leaseOf } from './dhcp'
import { memberMacs } from './garp'
import { fail, inconclusive, inWords, pass } from './judged'

type Node = Lab['cluster']['nodes'][number]
type Packet = Extract<RunEvent, { kind: 'dhcp-packet' }>

const rethOf = ({ cluster: { dhcp, reths } }: Lab) => reths.find(({ name }) => name === dhcp?.reth) ?? null

/** The node that says of itself that it is primary of the RETH's group; null when none does, or more than one. */
function holderOf({ evidence: { lab, events } }: Analysis): string | null {
  const group = rethOf(lab)?.redundancyGroup
  const holders = events.flatMap((event) => {
    if (event.kind !== 'cluster-read' || event.answer.kind !== 'status') return []
    const rows = event.answer.status.groups.find(({ redundancyGroup }) => redundancyGroup === group)?.nodes ?? []
    return rows.some(({ node, state }) => node === event.node && state === 'primary') ? [event.node] : []
  })
  return holders.length === 1 ? (holders[0] ?? null) : null
}

/** Whose members carry the MAC of an answer; more than one where both nodes use one MAC, none where it is a stranger's. */
function ownersOf(analysis: Analysis, nodes: readonly Node[], mac: string): string[] {
  const reth = rethOf(analysis.evidence.lab)
  if (!reth) return []
  return nodes.filter(({ instance }) => memberMacs(analysis, instance, reth.name).includes(mac)).map(({ name }) => name)
}

/** Which nodes answered: told by the sender's MAC where that is one node's only, else by what each node sent itself. */
function serversOf(analysis: Analysis): { servers: string[]; way: string } | { reason: string } {
  const { lab, events } = analysis.evidence
  const { nodes } = lab.cluster
  const client = askedIn(analysis)?.instance
  const replies = events.filter((event): event is Packet => event.kind === 'dhcp-packet' && event.message === 'reply')
  const macs = [...new Set(replies.filter(({ instance }) => instance === client).map(({ mac }) => mac))]
  const owners = macs.map((mac) => ownersOf(analysis, nodes, mac))
  const sent = nodes
    .filter(({ instance }) => replies.some((packet) => packet.sentOnly && packet.instance === instance))
    .map(({ name }) => name)
  const shown = macs.join(', ') || 'no answer seen'
  if (owners.length > 0 && owners.every(({ length }) => length === 1)) {
    const byMac = [...new Set(owners.flat())].sort()
    if (sent.length > 0 && sent.join() !== byMac.join())
      return {
        reason: `Contradiction: the MAC (${shown}) is ${byMac.join(' and ')}’s, what was sent came from ${sent.join(' and ')}.`,
      }
    return { servers: byMac, way: `by the sender’s MAC on ${client}: ${shown}` }
  }
  if (owners.some(({ length }) => length === 0)) return { reason: `Somebody answered who is neither node: ${shown}.` }
  if (sent.length > 0) return { servers: sent, way: 'by what each node sent itself, since both may use one MAC' }
  return { reason: `Nobody could tell which node answered: ${shown}.` }
}

function judgeServer(analysis: Analysis): Judged {
  const found = leaseOf(analysis)
  if ('missing' in found) return found.missing
  const told = serversOf(analysis)
  if ('reason' in told) return inconclusive(told.reason)
  const holder = holderOf(analysis)
  const measured = inWords(told.servers.join(' and '))
  const evidence = [{ text: `${measured.text} ${told.way}` }, { text: `primary of the RETH’s group: ${holder ?? '?'}` }]
  if (holder === null) return inconclusive('It is not known which node was primary meanwhile.', measured, evidence)
  return told.servers.every((name) => name === holder)
    ? pass('The node that holds the RETH served it.', measured, evidence)
    : fail(`${holder} holds the RETH.`, measured, evidence)
}

/** The node that answered is the one that holds the RETH. */
export const servedByPrimary: Criterion = {
  id: 'served-by',
  title: 'Served by the primary of the RETH’s group',
  limit: (lab) => inWords(`primary of RG${rethOf(lab)?.redundancyGroup ?? '?'}`),
  judge: judgeServer,
}
