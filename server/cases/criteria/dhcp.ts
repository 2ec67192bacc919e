import { ipv4Number, withoutPrefix } from '../../domain/address'
import type { DhcpLease } from '../../domain/dhcp'
import type { RunEvent } from '../../domain/event'
import { formatMs } from '../../domain/format'
import type { Lab } from '../../domain/lab'
import type { Analysis } from '../../measure/analysis'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, inWords, pass } from './judged'

type Asked = Extract<RunEvent, { kind: 'dhcp-asked' }>

/** Silence that is shorter than this says nothing, ms. */
const LEAST_WATCHED_MS = 10_000

export const askedIn = ({ evidence }: Pick<Analysis, 'evidence'>): Asked | null =>
  evidence.events.find((event): event is Asked => event.kind === 'dhcp-asked') ?? null

/** The lease, or why nothing can be said of it. */
export function leaseOf(analysis: Analysis): { lease: DhcpLease; asked: Asked } | { missing: Judged } {
  const asked = askedIn(analysis)
  if (!asked) return { missing: inconclusive('No lease was asked for.') }
  if (asked.lease) return { lease: asked.lease, asked }
  return { missing: inconclusive('There was no lease to judge.', null, [{ text: asked.said }]) }
}

const rangeOf = ({ cluster: { dhcp } }: Lab): string => (dhcp ? `${dhcp.from}–${dhcp.to}` : 'the declared range')

function describe({ address, routers, server, leaseS }: DhcpLease): string {
  const facts = [
    leaseS !== null && `for ${leaseS} s`,
    server && `from server ${server}`,
    `router ${routers.join(', ') || 'not named'}`,
  ]
  return [address, ...facts.filter(Boolean)].join(', ')
}

function judgeLease(analysis: Analysis): Judged {
  const asked = askedIn(analysis)
  if (!asked) return inconclusive('No lease was asked for.')
  const evidence = [{ text: asked.lease ? describe(asked.lease) : asked.said, seq: asked.seq }]
  if (asked.outcome === 'no-answer') {
    const reason = `Nobody gave a lease within ${formatMs(asked.watchedMs)} of asking.`
    return asked.watchedMs >= LEAST_WATCHED_MS ? fail(reason, null, evidence) : inconclusive(reason, null, evidence)
  }
  const { dhcp } = analysis.evidence.lab.cluster
  const [from, to] = [ipv4Number(dhcp?.from ?? ''), ipv4Number(dhcp?.to ?? '')]
  const address = ipv4Number(asked.lease?.address ?? '')
  if (!asked.lease || address === null)
    return inconclusive('What the client wrote of its lease cannot be read.', null, evidence)
  if (from === null || to === null) return inconclusive('The lab file declares no range.', null, evidence)
  const measured = inWords(asked.lease.address)
  if (address >= from && address <= to) return pass(`Inside ${rangeOf(analysis.evidence.lab)}.`, measured, evidence)
  return fail(`Outside ${rangeOf(analysis.evidence.lab)}.`, measured, evidence)
}

/** A host on the LAN gets an address out of the declared range. */
export const leaseInRange: Criterion = {
  id: 'lease',
  title: 'Lease from the declared range',
  limit: (lab) => inWords(rangeOf(lab)),
  judge: judgeLease,
}

const vipOf = ({ cluster: { dhcp, reths } }: Lab): string | null => {
  const reth = reths.find(({ name }) => name === dhcp?.reth)
  return reth ? withoutPrefix(reth.vip) : null
}

/** The first router that the lease names is the VIP, so that a failover does not take the way out. */
export const gatewayIsVip: Criterion = {
  id: 'gateway',
  title: 'Gateway of the lease is the RETH’s VIP',
  limit: (lab) => inWords(vipOf(lab) ?? 'the VIP'),
  judge: (analysis) => {
    const found = leaseOf(analysis)
    if ('missing' in found) return found.missing
    const { lease, asked } = found
    const evidence = [{ text: describe(lease), seq: asked.seq }]
    const vip = vipOf(analysis.evidence.lab)
    const [gateway] = lease.routers
    if (vip === null) return inconclusive('The lab file names no RETH for DHCP.', null, evidence)
    if (gateway === undefined) return fail('The lease names no router.', null, evidence)
    return gateway === vip
      ? pass('The VIP, whoever holds it.', inWords(gateway), evidence)
      : fail('Another address.', inWords(gateway), evidence)
  },
}
