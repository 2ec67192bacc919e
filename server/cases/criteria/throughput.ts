import type { RunEvent } from '../../domain/event'
import { formatBitPerS } from '../../domain/format'
import type { LoadId } from '../../domain/load'
import type { Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { wasCutOff } from '../../measure/cut-off'
import { type LoadSummary, overheadOf, SETTLING_MS, summarizeLoad } from '../../measure/load'
import { sessionsOn } from '../../measure/sessions'
import type { Criterion, Judged } from '../define'
import { declaredPrimary } from '../roles'
import { wanAddresses } from './connectivity'
import { fail, inconclusive, pass } from './judged'

type Result = Extract<RunEvent, { kind: 'traffic-result' }>

/** A load that ran to its end; else why nothing can be said of it. */
export function loadOf(
  { evidence: { events, streams } }: Pick<Analysis, 'evidence'>,
  id: LoadId,
): { load: LoadSummary; received: Result | null; sent: Result | null } | { missing: Judged } {
  const stream = `traffic:${id}`
  const load = summarizeLoad(streams.get(stream) ?? [])
  const ended = events.find((event) => event.kind === 'traffic-ended' && event.traffic === id)
  if (wasCutOff(events, stream)) return { missing: inconclusive('The connection to the client broke off.') }
  if (!load || ended?.kind !== 'traffic-ended' || !ended.done) {
    const said = ended?.kind === 'traffic-ended' && ended.error ? `: ${ended.error}` : ''
    return { missing: inconclusive(`The load did not run to its end${said}.`) }
  }
  const result = (role: Result['role']) =>
    events.findLast(
      (event): event is Result => event.kind === 'traffic-result' && event.traffic === id && event.role === role,
    ) ?? null
  return { load, received: result('receiver'), sent: result('sender') }
}

const rate = (bitPerS: number, more = ''): Quantity => ({
  value: bitPerS,
  unit: 'bit/s',
  text: `${formatBitPerS(bitPerS)}${more}`,
})

const shown = ({ mean, min }: LoadSummary): Quantity => rate(mean, ` (min ${formatBitPerS(min)})`)

const spread = ({ mean, min, median, max, intervals }: LoadSummary): string =>
  `mean ${formatBitPerS(mean)} of ${intervals} intervals after the first ${SETTLING_MS / 1000} s; min ${formatBitPerS(min)}, median ${formatBitPerS(median)}, max ${formatBitPerS(max)}`

/** Whether what carries the load is translated on the primary; null when that could not be seen. */
function translation({ evidence: { lab, events } }: Analysis): { ok: boolean | null; text: string } {
  const primary = declaredPrimary(lab).name
  const table = sessionsOn(events, primary, 'before')
  const sockets = events.filter((event) => event.kind === 'traffic-socket' && event.traffic === 'load')
  const addresses = wanAddresses(lab)
  if (table === null || sockets.length === 0 || addresses.length === 0)
    return { ok: null, text: `the load's sessions could not be seen on ${primary}` }
  const entries = sockets.map((socket) =>
    socket.kind === 'traffic-socket'
      ? table.find(({ source, destination }) => source === socket.local && destination === socket.remote)
      : undefined,
  )
  const through = entries.filter((entry) => addresses.some((address) => entry?.natSource?.startsWith(`${address}:`)))
  const text = `${through.length} of ${sockets.length} sessions on ${primary} as ${addresses.join(' or ')}`
  if (through.length === sockets.length) return { ok: true, text }
  return { ok: entries.some((entry) => entry === undefined) ? null : false, text }
}

function judgeThroughput(analysis: Analysis): Judged {
  const found = loadOf(analysis, 'load')
  if ('missing' in found) return found.missing
  const { lab, params } = analysis.evidence
  const { load, received } = found
  const measured = shown(load)
  const nat = translation(analysis)
  const counted = received
    ? `the receiver counted ${formatBitPerS(received.bitPerS)} over the whole ${received.seconds.toFixed(1)} s`
    : 'what the receiver counted is not known'
  const evidence = [spread(load), counted, nat.text, ...(lab.notes ? [`lab: ${lab.notes}`] : [])].map((text) => ({
    text,
  }))
  // A sender's intervals are what it handed to its socket: they say nothing without the other side.
  if (params.direction !== 'download' && !received)
    return inconclusive('The receiver’s own count is missing.', measured, evidence)
  if (nat.ok === false) return fail('It does not go through SNAT.', measured, evidence)
  if (nat.ok === null) return inconclusive('Nobody saw whether it goes through SNAT.', measured, evidence)
  const limit = lab.expectations.throughputBitPerS
  const others = received ? [received.bitPerS] : []
  const lower = Math.min(load.mean, ...others) - load.rounding
  const upper = Math.max(load.mean, ...others) + load.rounding
  if (lower >= limit) return pass(`At least ${formatBitPerS(lower)}, by either side’s count.`, measured, evidence)
  const paceBitPerS = Number(params.parallel) * Number(params.streamMbitPerS) * 1e6
  if (upper < limit && paceBitPerS > 0 && paceBitPerS < limit)
    return inconclusive(`The load itself was held to ${formatBitPerS(paceBitPerS)}.`, measured, evidence)
  if (upper < limit) return fail(`At most ${formatBitPerS(upper)}, by either side’s count.`, measured, evidence)
  return inconclusive('The limit lies between what both sides counted.', measured, evidence)
}

/** What crosses the cluster, through SNAT, per second in steady state. */
export const throughputEnough: Criterion = {
  id: 'throughput',
  title: 'Throughput through SNAT',
  limit: ({ expectations }) => ({
    ...rate(expectations.throughputBitPerS),
    text: `≥ ${formatBitPerS(expectations.throughputBitPerS)}`,
  }),
  judge: judgeThroughput,
}

/** The load neither stops nor falls to a fraction of its peak; retransmits are shown. */
export const loadStable: Criterion = {
  id: 'stable',
  title: 'Load steady: no zero interval, no collapse',
  limit: () => ({ value: 0, unit: 'intervals', text: 'none' }),
  judge: (analysis) => {
    const found = loadOf(analysis, 'load')
    if ('missing' in found) return found.missing
    const { zeros, collapses, max } = found.load
    const retransmits = found.load.retransmits ?? found.sent?.retransmits ?? null
    const measured: Quantity = {
      value: zeros + collapses,
      unit: 'intervals',
      text: `${zeros} zero, ${collapses} collapsed; ${retransmits ?? 'unknown'} retransmits`,
    }
    const evidence = [{ text: `highest interval ${formatBitPerS(max)}` }]
    if (zeros > 0) return fail('The load stood still.', measured, evidence)
    if (collapses > 0) return fail('After its peak the load fell below a fifth of it.', measured, evidence)
    return pass('Every interval moved, none below a fifth of the peak after it.', measured, evidence)
  },
}

const percent = (value: number): string => `${value.toFixed(1).replace('-', '−')} %`

/** What the secondary's being there (session sync, heartbeat) costs of the throughput. */
export const haOverhead: Criterion = {
  id: 'overhead',
  title: 'Overhead of the cluster: with the secondary against without',
  when: 'compareSecondaryOff',
  limit: ({ expectations: { haOverheadPercent: value } }) => ({ value, unit: '%', text: `≤ ${value} %` }),
  judge: (analysis) => {
    const [beside, alone] = [loadOf(analysis, 'load'), loadOf(analysis, 'load-alone')]
    if ('missing' in beside) return beside.missing
    if ('missing' in alone) return alone.missing
    const evidence = [
      { text: `with the secondary: ${spread(beside.load)}` },
      { text: `without it: ${spread(alone.load)}` },
      { text: 'bounds: means of blocks of 5 s, 95 % each (Student)' },
    ]
    const overhead = overheadOf(beside.load.blocks, alone.load.blocks)
    if (!overhead) return inconclusive('It was not measured for long enough to say how sure it is.', null, evidence)
    const { lower, upper } = overhead
    const text = `${percent(overhead.percent)} (${percent(lower)} to ${percent(upper)})`
    const measured = { value: overhead.percent, unit: '%', text }
    const limit = analysis.evidence.lab.expectations.haOverheadPercent
    if (upper <= limit) return pass('Even the upper bound is within the limit.', measured, evidence)
    if (lower > limit) return fail('Even the lower bound is above the limit.', measured, evidence)
    return inconclusive('The limit lies inside the interval of the measurement.', measured, evidence)
  },
}
