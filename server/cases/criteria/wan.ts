import { formatMs, formatRange } from '../../domain/format'
import type { Interval } from '../../domain/ids'
import type { Quantity } from '../../domain/run'
import type { SampleRow } from '../../domain/sample'
import { SHARED } from '../../domain/wan-run'
import { linkBack, linkLeft } from '../../measure/wan/link-times'
import { oscillationOf, pathChanges, pathUse } from '../../measure/wan/path-use'
import { gapAfter, type LinkChange, pathBins, type WanAnalysis } from '../../measure/wan/run-analysis'
import { usedIn } from '../../measure/wan/wan-report'
import type { Judged, WanCriterion } from '../define'
import { fail, inconclusive, pass } from './judged'
import { againstLimit, atMost, duration } from './limits'

type Degraded = { at: number; change: LinkChange; t0: Interval; until: Interval | null }

/** The changes that degrade a link, each with the moment of the next one. */
function degradations({ changes }: WanAnalysis): Degraded[] {
  return changes.flatMap((change, at) =>
    change.event === 'failover' && change.t0 ? [{ at, change, t0: change.t0, until: changes[at + 1]?.t0 ?? null }] : [],
  )
}

const noFault = inconclusive('No link was degraded, or the instant is not known.')
const doubted = ({ doubts }: WanAnalysis): Judged | null =>
  doubts.length > 0
    ? inconclusive(
        `${doubts[0]}.`,
        null,
        doubts.map((text) => ({ text })),
      )
    : null

/** Judged for each degradation; the worst counts. */
function worstOf(all: readonly Judged[]): Judged {
  const order = ['fail', 'inconclusive', 'pass']
  const [worst] = all.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  return worst ? { ...worst, evidence: all.flatMap(({ evidence }) => evidence) } : noFault
}

const isLast = (analysis: WanAnalysis, { at }: Degraded): boolean =>
  analysis.changes.slice(at + 1).every(({ event }) => event !== 'failover')

function judgeGap(analysis: WanAnalysis, { at, change }: Degraded): Judged {
  const found = gapAfter(analysis, at)
  if (!found?.worst) return inconclusive(`${change.title}: no traffic was captured before it.`)
  const { bounds, measurement } = found.worst
  const counted = `${found.gaps.length} gap${found.gaps.length === 1 ? '' : 's'}`
  const text = `${change.title}: ${counted}, the worst ${formatRange(bounds.lowerMs, bounds.upperMs)} ${found.title}`
  const judged = againstLimit(
    { lowerMs: bounds.lowerMs, upperMs: bounds.upperMs ?? Number.POSITIVE_INFINITY },
    analysis.evidence.lab.expectations.linkGapMs,
    measurement && duration(measurement),
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
    doubted(analysis) ?? worstOf(degradations(analysis).map((degraded) => judgeGap(analysis, degraded))),
}

/** The same where the last of the failures leaves no link: its gap is meant. */
export const gapsWhileALinkIsLeft: WanCriterion = {
  ...gapsWithinLimit,
  title: 'Longest gap of the traffic within its limit while a link is left',
  judge: (analysis) =>
    doubted(analysis) ??
    worstOf(
      degradations(analysis)
        .filter((degraded) => !isLast(analysis, degraded))
        .map((degraded) => judgeGap(analysis, degraded)),
    ),
}

/** Cut links that go on carrying traffic are not cut. */
export const nothingOverCutLinks: WanCriterion = {
  id: 'all-cut',
  title: 'Nothing passes with all links cut',
  limit: () => null,
  judge: (analysis) => {
    const last = degradations(analysis).at(-1)
    const gap = last && gapAfter(analysis, last.at)
    if (!last?.until || !gap?.worst) return doubted(analysis) ?? noFault
    const { isOpen } = gap.gaps.at(-1) ?? { isOpen: false }
    const text = `${last.change.title}: ${gap.gaps.length} gaps ${gap.title}`
    if (isOpen) return doubted(analysis) ?? pass('The traffic stopped until a link was good again.', null, [{ text }])
    return fail('Traffic went on although every link was cut: a WANulator does not do what it reads.', null, [{ text }])
  },
}

const inRange = (bounds: { lowerMs: number; upperMs: number }): Quantity => ({
  value: bounds.upperMs,
  unit: 'ms',
  text: formatRange(bounds.lowerMs, bounds.upperMs),
})

/** "starlink-1 8 s, byu 52 s": how long each path carried most of the traffic. */
function usedText(analysis: WanAnalysis, window: Interval): string {
  const nameOf = (path: string | null) => (path === null ? 'no path' : path === SHARED ? 'several at once' : path)
  const uses = pathUse(pathBins(analysis))
  // Before the traffic was told from the rest there is none.
  const used = usedIn(
    uses.slice(
      Math.max(
        0,
        uses.findIndex(({ path }) => path !== null),
      ),
    ),
    window,
  )
  return used.map(({ path, ms }) => `${nameOf(path)} ${formatMs(ms)}`).join(', ') || 'nothing'
}

function judgeLeft(analysis: WanAnalysis, { at, change, t0, until }: Degraded): Judged {
  const found = linkLeft(analysis, at)
  if (!found) return inconclusive(`${change.title}: the link carried no traffic before, so none could leave it.`)
  const { bounds, watchedMs } = found
  const { validationMs, linkLeftMs } = analysis.evidence.lab.expectations
  const endMs = until?.fromMs ?? analysis.captured?.endMs ?? 0
  const evidence = [
    { text: `${change.title}: meanwhile used: ${usedText(analysis, { fromMs: t0.toMs, toMs: endMs })}` },
  ]
  if (bounds) return againstLimit(bounds, linkLeftMs, inRange(bounds), evidence)
  if (watchedMs - validationMs < linkLeftMs)
    return inconclusive(
      `Traffic had not left the link in the ${formatMs(watchedMs)} that were watched.`,
      null,
      evidence,
    )
  return fail(`Traffic stayed on the degraded link for ${formatMs(watchedMs)}.`, null, evidence)
}

export const trafficLeavesLink: WanCriterion = {
  id: 'link-left',
  title: 'Traffic leaves the degraded link',
  limit: ({ expectations }) => atMost(expectations.linkLeftMs),
  judge: (analysis) =>
    doubted(analysis) ?? worstOf(degradations(analysis).map((degraded) => judgeLeft(analysis, degraded))),
}

/** Once every link is good again: the one that carried the traffic before the first degradation carries some again. */
export const trafficComesBack: WanCriterion = {
  id: 'link-back',
  title: 'Traffic is back on its link once that is good again (Reversion Time)',
  limit: ({ expectations }) => atMost(expectations.linkBackMs),
  judge: (analysis) => {
    const doubt = doubted(analysis)
    if (doubt) return doubt
    const [first] = degradations(analysis)
    const good = analysis.changes.find(({ link, isGood, t0 }) => isGood && t0 && link === first?.change.link)
    if (!first || !good?.t0) return noFault
    const found = linkBack(analysis)
    if (!found) return inconclusive('The link carried no traffic before, so none could come back.')
    const { bounds, watchedMs } = found
    const { linkBackMs } = analysis.evidence.lab.expectations
    const endMs = analysis.captured?.endMs ?? good.t0.toMs
    const evidence = [
      { text: `Before: ${usedText(analysis, { fromMs: 0, toMs: first.t0.fromMs })}` },
      { text: `Afterwards: ${usedText(analysis, { fromMs: good.t0.toMs, toMs: endMs })}` },
    ]
    if (bounds) return againstLimit(bounds, linkBackMs, inRange(bounds), evidence)
    const reason = `Traffic was not back on the link within the ${formatMs(watchedMs)} that were watched.`
    return watchedMs > linkBackMs ? fail(reason, null, evidence) : inconclusive(reason, null, evidence)
  },
}

/** Loss as it was before, by the probes. */
export const lossBack: WanCriterion = {
  id: 'loss-back',
  title: 'Loss is back at its baseline',
  limit: ({ expectations }) => atMost(expectations.linkLeftMs),
  judge: ({ probes, evidence: { lab } }) => {
    const found = probes.map(({ target, t0, failover }) => {
      if (!t0 || !failover)
        return { text: `${target.title}: T0 is not known`, ms: null, verdict: 'inconclusive' as const }
      const { finding } = failover
      if (!finding) return { text: `${target.title}: no loss beyond the baseline`, ms: 0, verdict: 'pass' as const }
      if (finding.recoveredMs === null)
        return { text: `${target.title}: not before the probe ended`, ms: null, verdict: 'fail' as const }
      const ms = finding.recoveredMs - t0.fromMs
      const verdict = ms <= lab.expectations.linkLeftMs ? ('pass' as const) : ('fail' as const)
      return { text: `${target.title}: ${formatMs(ms)} after T0`, ms, verdict }
    })
    const evidence = found.map(({ text }) => ({ text }))
    const bad = found.find(({ verdict }) => verdict === 'fail') ?? found.find(({ verdict }) => verdict !== 'pass')
    if (bad?.verdict === 'fail') return fail(`${bad.text}.`, null, evidence)
    if (bad || found.length === 0) return inconclusive(`${bad?.text ?? 'No probe ran'}.`, null, evidence)
    const ms = Math.max(...found.map((one) => one.ms ?? 0))
    return pass('Every probe loses no more than before.', { value: ms, unit: 'ms', text: formatMs(ms) }, evidence)
  },
}

/** Flapping: how often the path changed while the link was degraded. */
export const noFlapping: WanCriterion = {
  id: 'oscillation',
  title: 'The path does not flap while the link is degraded',
  limit: ({ expectations: { pathChangesPerMinute: value } }) => ({
    value,
    unit: '/min',
    text: `≤ ${value} changes/min`,
  }),
  judge: (analysis) => {
    const doubt = doubted(analysis)
    const [first] = degradations(analysis)
    if (doubt || !first) return doubt ?? noFault
    const window = { fromMs: first.t0.fromMs, toMs: first.until?.fromMs ?? analysis.captured?.endMs ?? first.t0.toMs }
    const changes = pathChanges(pathUse(pathBins(analysis)), window)
    const { perMinute, periodMs } = oscillationOf(changes, window)
    // The one that leaves the degraded link is what is wanted.
    const flaps = Math.max(0, changes.length - 1)
    const text = `${perMinute.toFixed(1)} changes/min${periodMs === null ? '' : `, every ${formatMs(periodMs)}`}`
    const measured = { value: perMinute, unit: '/min', text }
    const evidence = changes.slice(0, 50).map(({ atMs, from, to }) => ({
      text: `${formatMs(atMs - first.t0.fromMs)} after T0: ${from} → ${to}`,
    }))
    const limit = analysis.evidence.lab.expectations.pathChangesPerMinute
    if (flaps === 0 || perMinute <= limit) return pass(`The path changed ${changes.length} times.`, measured, evidence)
    return fail(`The path changed ${changes.length} times.`, measured, evidence)
  },
}

const sum = (rows: readonly SampleRow[], column: number): number =>
  rows.reduce((all, row) => all + (row[column] ?? 0), 0)

/** HTTP requests of the load, over the whole run. */
export const requestsSucceed: WanCriterion = {
  id: 'requests',
  title: 'HTTP requests succeed',
  when: 'http',
  limit: ({ expectations: { requestFailuresPercent: value } }) => ({ value, unit: '%', text: `≤ ${value} % failed` }),
  judge: ({ evidence: { lab, streams } }) => {
    const rows = streams.get('requests:http') ?? []
    const [requests, failures] = [sum(rows, 1), sum(rows, 2)]
    if (requests === 0) return inconclusive('No request was counted.')
    const percent = (100 * failures) / requests
    const p95 = Math.max(...rows.map((row) => row[4] ?? 0))
    const measured = { value: percent, unit: '%', text: `${percent.toFixed(2)} % of ${requests} failed` }
    const evidence = [
      { text: `${(requests / rows.length).toFixed(1)} requests/s; 95 % of them within ${formatMs(p95)} at worst` },
    ]
    const limit = lab.expectations.requestFailuresPercent
    return percent <= limit
      ? pass('Few enough requests failed.', measured, evidence)
      : fail('Too many requests failed.', measured, evidence)
  },
}
