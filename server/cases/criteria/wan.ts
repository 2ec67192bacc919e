import { formatMs, formatRange } from '../../domain/format'
import type { Degradation } from '../../measure/wan/degradations'
import { gapAfter, type LinksOutage } from '../../measure/wan/links-outage'
import type { WanAnalysis } from '../../measure/wan/run-analysis'
import type { Judged, WanCriterion } from '../define'
import { fail, inconclusive, pass } from './judged'
import { againstLimit, atMost, duration } from './limits'

export const noFault = inconclusive('No link was degraded, or the instant is not known.')

const untold = (reasons: readonly string[], about = ''): Judged | null =>
  reasons.length > 0
    ? inconclusive(
        `${about}${reasons[0]}.`,
        null,
        reasons.map((text) => ({ text })),
      )
    : null

/** Captures that cannot be trusted tell nothing, neither good nor bad. */
export const doubted = ({ doubts }: WanAnalysis): Judged | null => untold(doubts)
/** Nor does a gap that is none of the links. */
export const contradicted = (title: string, { caveats }: LinksOutage): Judged | null => untold(caveats, `${title}: `)

/** Judged for each degradation; the worst counts. */
export function worstOf(all: readonly Judged[]): Judged {
  const order = ['fail', 'inconclusive', 'pass']
  const [worst] = all.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  return worst ? { ...worst, evidence: all.flatMap(({ evidence }) => evidence) } : noFault
}

function judgeGap(analysis: WanAnalysis, degradation: Degradation): Judged {
  const { title } = degradation.change.fault
  const found = gapAfter(analysis, degradation)
  if (!found?.worst) return inconclusive(`${title}: no traffic was captured before it.`)
  const contradiction = contradicted(title, found)
  if (contradiction) return contradiction
  const { bounds, measurement, mostMs } = found.worst
  const counted = `${found.gaps.length} gap${found.gaps.length === 1 ? '' : 's'}`
  const text = `${title}: ${counted}, the worst ${formatRange(bounds.lowerMs, bounds.upperMs)} ${found.title}`
  const judged = againstLimit(
    { lowerMs: bounds.lowerMs, upperMs: mostMs },
    analysis.evidence.lab.expectations.linkGapMs,
    measurement ? duration(measurement) : { value: null, unit: 'ms', text: formatRange(bounds.lowerMs, null) },
    [{ text }],
  )
  if (bounds.upperMs !== null || judged.verdict !== 'fail') return judged
  return { ...judged, reason: `Traffic stopped and was not seen again for ${formatMs(bounds.lowerMs)}.` }
}

/** Over the union of all links: one link's own gap never ends once traffic has left it. */
export const gapsWithinLimit: WanCriterion = {
  id: 'link-gap',
  title: 'Longest gap of the traffic within its limit',
  limit: ({ expectations }) => atMost(expectations.linkGapMs),
  judge: (analysis) =>
    doubted(analysis) ?? worstOf(analysis.degradations.map((degradation) => judgeGap(analysis, degradation))),
}

/** Those after which a link is left that is not cut. */
export const survivable = ({ degradations }: WanAnalysis): Degradation[] => degradations.filter(({ isLast }) => !isLast)

/** The same where the last of the failures leaves no link: its gap is meant. */
export const gapsWhileALinkIsLeft: WanCriterion = {
  ...gapsWithinLimit,
  title: 'Longest gap of the traffic within its limit while a link is left',
  judge: (analysis) =>
    doubted(analysis) ?? worstOf(survivable(analysis).map((degradation) => judgeGap(analysis, degradation))),
}

/** Cut links that go on carrying traffic are not cut. */
export const nothingOverCutLinks: WanCriterion = {
  id: 'all-cut',
  title: 'Nothing passes with all links cut',
  limit: () => null,
  judge: (analysis) => {
    const doubt = doubted(analysis)
    const last = analysis.degradations.at(-1)
    const gap = last && gapAfter(analysis, last)
    if (doubt || !last?.until || !gap?.worst) return doubt ?? noFault
    const contradiction = contradicted(last.change.fault.title, gap)
    if (contradiction) return contradiction
    const { isOpen } = gap.gaps.at(-1) ?? { isOpen: false }
    const text = `${last.change.fault.title}: ${gap.gaps.length} gaps ${gap.title}`
    if (isOpen) return pass('The traffic stopped until a link was good again.', null, [{ text }])
    return fail('Traffic went on although every link was cut: a WANulator does not do what it reads.', null, [{ text }])
  },
}
