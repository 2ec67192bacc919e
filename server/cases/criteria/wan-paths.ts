import { formatMs, formatRange } from '../../domain/format'
import type { Interval } from '../../domain/ids'
import type { Evidence, Quantity } from '../../domain/run'
import { pathBins } from '../../measure/wan/captured-links'
import type { Degradation } from '../../measure/wan/degradations'
import { madeGood, reversionTime, type TimeTaken, timeToLeave } from '../../measure/wan/link-times'
import { flapping, pathUse } from '../../measure/wan/path-use'
import type { WanAnalysis } from '../../measure/wan/run-analysis'
import type { Judged, WanCriterion } from '../define'
import { fail, inconclusive, pass } from './judged'
import { againstLimit, atMost } from './limits'
import { doubted, noFault, worstOf } from './wan'

const inRange = ({ lowerMs, upperMs }: { lowerMs: number; upperMs: number }): Quantity => ({
  value: upperMs,
  unit: 'ms',
  text: formatRange(lowerMs, upperMs),
})

/** A time against its limit; what had not happened fails once that was watched for longer than the limit. */
export function judgeTime(
  { bounds, watchedMs }: TimeTaken,
  { limitMs, notYet, evidence }: { limitMs: number; notYet: string; evidence: Evidence[] },
): Judged {
  if (bounds) return againstLimit(bounds, limitMs, inRange(bounds), evidence)
  const reason = `${notYet} in the ${formatMs(watchedMs)} that were watched.`
  const measured = { value: null, unit: 'ms', text: `> ${formatMs(watchedMs)}` }
  return watchedMs > limitMs ? fail(reason, measured, evidence) : inconclusive(reason, measured, evidence)
}

/** "starlink-1 8 s, byu 52 s": how long each path carried most of the traffic. */
function usedIn(analysis: WanAnalysis, window: Interval): string {
  const times = new Map<string, number>()
  for (const { path, fromMs, toMs } of pathUse(pathBins(analysis))) {
    const ms = Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs)
    const name = path === null ? 'no path' : path === 'shared' ? 'several at once' : path
    if (ms > 0) times.set(name, (times.get(name) ?? 0) + ms)
  }
  return [...times].map(([name, ms]) => `${name} ${formatMs(ms)}`).join(', ') || 'nothing'
}

const endOf = ({ captured }: WanAnalysis): number => captured?.endMs ?? 0

function judgeLeft(analysis: WanAnalysis, degradation: Degradation): Judged {
  const { change, t0, until } = degradation
  const { title } = change.fault
  const taken = timeToLeave(analysis, degradation)
  if (!taken) return inconclusive(`${title}: the link carried no traffic before, so none could leave it.`)
  const { linkLeftMs, validationMs } = analysis.evidence.lab.expectations
  const window = { fromMs: t0.toMs, toMs: until?.fromMs ?? endOf(analysis) }
  return judgeTime(
    // What may have left in the last moments was not seen to stay away.
    taken.bounds ? taken : { ...taken, watchedMs: Math.max(0, taken.watchedMs - validationMs) },
    {
      limitMs: linkLeftMs,
      notYet: 'Traffic had not left the degraded link for good',
      evidence: [{ text: `${title}: meanwhile used: ${usedIn(analysis, window)}` }],
    },
  )
}

export const trafficLeavesLink: WanCriterion = {
  id: 'link-left',
  title: 'Traffic leaves the degraded link',
  limit: ({ expectations }) => atMost(expectations.linkLeftMs),
  judge: (analysis) =>
    doubted(analysis) ?? worstOf(analysis.degradations.map((degradation) => judgeLeft(analysis, degradation))),
}

/** Once every link is good again: the one that carried the traffic before the first degradation carries some again. */
export const trafficComesBack: WanCriterion = {
  id: 'link-back',
  title: 'Traffic is back on its link once that is good again (Reversion Time)',
  limit: ({ expectations }) => atMost(expectations.linkBackMs),
  judge: (analysis) => {
    const doubt = doubted(analysis)
    if (doubt) return doubt
    const [first] = analysis.degradations
    const good = madeGood(analysis)
    if (!first || !good) return noFault
    const taken = reversionTime(analysis)
    if (!taken)
      return inconclusive(
        'The link carried no traffic before, or carried it still when it was made good: none could come back.',
      )
    return judgeTime(taken, {
      limitMs: analysis.evidence.lab.expectations.linkBackMs,
      notYet: 'Traffic was not back on the link',
      evidence: [
        { text: `Before: ${usedIn(analysis, { fromMs: 0, toMs: first.t0.fromMs })}` },
        { text: `Afterwards: ${usedIn(analysis, { fromMs: good.t0.toMs, toMs: endOf(analysis) })}` },
      ],
    })
  },
}

/** Flapping: how often the path changed while the link was degraded, but for the change that is wanted. */
export const noFlapping: WanCriterion = {
  id: 'oscillation',
  title: 'The path does not flap while the link is degraded',
  limit: ({ expectations: { pathChangesPerMinute: value } }) => ({
    value,
    unit: '/min',
    text: `≤ ${value} changes/min beside the one that leaves the link`,
  }),
  judge: (analysis) => {
    const doubt = doubted(analysis)
    const [first] = analysis.degradations
    if (doubt || !first) return doubt ?? noFault
    const bins = pathBins(analysis)
    const { t0, until, change } = first
    const { changes, perMinute, periodMs } = flapping(bins, {
      ...{ t0, until: until ?? { fromMs: endOf(analysis), toMs: endOf(analysis) }, degraded: change.link },
    })
    const { least, most } = perMinute
    const rate = least === most ? most.toFixed(2) : `${least.toFixed(2)}–${most.toFixed(2)}`
    const text = `${rate} changes/min${periodMs === null ? '' : `, every ${formatMs(periodMs)}`}`
    const measured = { value: most, unit: '/min', text }
    const evidence = changes.slice(0, 50).map(({ fromMs, toMs, from, to }) => ({
      text: `${formatRange(Math.max(0, fromMs - t0.fromMs), toMs - t0.fromMs)} after T0: ${from} → ${to}`,
    }))
    const limit = analysis.evidence.lab.expectations.pathChangesPerMinute
    const reason = `The path changed ${changes.length} time${changes.length === 1 ? '' : 's'}.`
    if (most <= limit) return pass(reason, measured, evidence)
    return least > limit ? fail(reason, measured, evidence) : inconclusive(reason, measured, evidence)
  },
}
