import type { RunEvent } from '../../domain/event'
import type { LinkCounters } from '../../domain/load'
import { placeName } from '../../domain/place'
import type { Quantity } from '../../domain/run'
import type { Analysis } from '../../measure/analysis'
import { moveInterval } from '../../measure/clocks'
import type { Criterion, Judged } from '../define'
import { fail, inconclusive, pass } from './judged'
import { loadOf } from './throughput'

/** Fewer probes than this beside the load say nothing (MEASUREMENT.md). */
export const LEAST_PROBES = 1000

type Counters = Extract<RunEvent, { kind: 'link-counters' }>
const FIELDS = ['rxDropped', 'txDropped', 'rxErrors', 'txErrors'] as const
const WORDS = { rxDropped: 'rx dropped', txDropped: 'tx dropped', rxErrors: 'rx errors', txErrors: 'tx errors' }

/** What grew from one reading to the next; null when it was reset in between. */
function growth(before: LinkCounters, after: LinkCounters): string[] | null {
  if (FIELDS.some((field) => after[field] < before[field])) return null
  return FIELDS.filter((field) => after[field] > before[field]).map(
    (field) => `${after[field] - before[field]} ${WORDS[field]}`,
  )
}

/** `ok` null: it could not be read. */
type Finding = { ok: boolean | null; text: string }

function counterFindings({ evidence: { events } }: Analysis): Finding[] {
  const readings = events.filter((event): event is Counters => event.kind === 'link-counters')
  return readings
    .filter(({ label }) => label === 'before')
    .flatMap(({ instance, links }): Finding[] => {
      const after = readings.find((other) => other.label === 'after' && other.instance === instance)?.links
      if (!links || !after) return [{ ok: null, text: `${instance}: its counters could not be read` }]
      return links.map((link): Finding => {
        const name = `${instance}/${link.name}`
        const now = after.find((other) => other.name === link.name)
        const grown = now ? growth(link, now) : null
        if (!now || !grown) return { ok: null, text: `${name}: its counters began anew` }
        const packets = now.rxPackets + now.txPackets - link.rxPackets - link.txPackets
        return {
          ok: grown.length === 0,
          text: `${name}: ${grown.join(', ') || 'no drop, no error'} in ${packets} packets`,
        }
      })
    })
}

function judgeLoss(analysis: Analysis): Judged {
  const found = loadOf(analysis, 'load')
  if ('missing' in found) return found.missing
  const probe = analysis.probes.find(({ target }) => target.crossesCluster)
  if (!probe) return inconclusive('No probe ran beside the load.')
  const window = moveInterval(found.load.window, null, placeName(probe.target.from), analysis.context)
  if (!window) return inconclusive('The clock of the probe’s host is not known.')
  const sent = probe.timeline.records.filter(
    ({ status, sendMs }) => status !== 'pending' && sendMs >= window.fromMs && sendMs <= window.toMs,
  )
  const lost = sent.filter(({ status }) => status === 'lost').length
  const late = sent.filter(({ status }) => status === 'late').length
  const measured: Quantity = {
    value: lost + late,
    unit: 'probes',
    text: `${lost} lost${late > 0 ? `, ${late} late` : ''} of ${sent.length} probes`,
  }
  const counters = counterFindings(analysis)
  const evidence = [
    { text: `${probe.target.title}: ${measured.text} sent during the load` },
    ...counters.map(({ text }) => ({ text })),
  ]
  if (lost + late > 0)
    return fail('Probes were lost, or later than the threshold, beside the load.', measured, evidence)
  if (sent.length < LEAST_PROBES)
    return inconclusive(`Fewer than ${LEAST_PROBES} probes went out beside the load.`, measured, evidence)
  const bad = (ok: boolean | null) => counters.filter((finding) => finding.ok === ok).map(({ text }) => text)
  if (bad(false).length > 0)
    return inconclusive(`No probe was lost, but counters grew: ${bad(false).join('; ')}.`, measured, evidence)
  if (bad(null).length > 0 || counters.length === 0)
    return inconclusive(`Not every counter was read: ${bad(null).join('; ') || 'none'}.`, measured, evidence)
  return pass('No probe was lost, and no interface dropped anything.', measured, evidence)
}

/** No loss in steady state: at least 1,000 probes beside the load, none lost, no growth of drop counters. */
export const noLossBesideLoad: Criterion = {
  id: 'no-loss',
  title: 'No loss in steady state',
  limit: () => ({ value: 0, unit: 'probes', text: `0 lost of ≥ ${LEAST_PROBES}` }),
  judge: judgeLoss,
}
