import type { Interval } from '../../domain/ids'
import type { Measurement } from '../../domain/run'
import { lossAsBefore } from '../background'
import { type LossView, nextGood } from '../loss-view'
import { baselineBefore, type CapturedLinks, pathBins } from './captured-links'
import type { Degradation, LinkChange, SeenByProbe } from './degradations'
import { backAt, isOnAt, leftAt, type PathBins } from './path-use'

/**
 * How long something took from a change on. `bounds` null: it had not happened in the `watchedMs` (at least so many) that
 * were watched.
 */
export type TimeTaken = { bounds: { lowerMs: number; upperMs: number } | null; watchedMs: number }

type OnLinks = CapturedLinks & { degradations: readonly Degradation[]; changes: readonly LinkChange[] }

const since = (moment: Interval, { fromMs, toMs }: Interval) => ({
  lowerMs: Math.max(0, moment.fromMs - toMs),
  upperMs: Math.max(0, moment.toMs - fromMs),
})

type OnLink = { bins: Map<string, PathBins>; link: PathBins; baseline: number }

/** A link's traffic, and how much it was before; null: it carried none. */
function onLink(run: OnLinks, id: string, beforeMs: number): OnLink | null {
  const bins = pathBins(run)
  const link = bins.get(id)
  const baseline = baselineBefore(bins, id, beforeMs)
  return link && baseline > 0 ? { bins, link, baseline } : null
}

/** From a degradation until the traffic had left its link; null: that carried none before, so none could leave it. */
export function timeToLeave(run: OnLinks, { change, t0, until }: Degradation): TimeTaken | null {
  const found = onLink(run, change.link, t0.fromMs)
  if (!found) return null
  const { bins, baseline } = found
  const endMs = until?.fromMs ?? run.captured?.endMs ?? 0
  const { validationMs } = run.evidence.lab.expectations
  const left = leftAt(bins, change.link, { afterMs: t0.fromMs, validationMs, baseline })
  const watchedMs = Math.max(0, endMs - t0.toMs)
  return left && left.toMs <= endMs ? { bounds: since(left, t0), watchedMs } : { bounds: null, watchedMs }
}

/** The change that made the first degraded link good again; null: it was not, or nobody knows when. */
export function madeGood({ degradations: [first], changes }: OnLinks): (LinkChange & { t0: Interval }) | null {
  const good = changes.find(({ link, isGood, t0 }) => isGood && t0 && link === first?.change.link)
  return good?.t0 ? { ...good, t0: good.t0 } : null
}

/**
 * Reversion Time: from a link's being good again until the traffic was back on it. null: it carried none before, or it
 * never was without, so none could come back.
 */
export function reversionTime(run: OnLinks): TimeTaken | null {
  const [first] = run.degradations
  const good = madeGood(run)
  const found = first && good && onLink(run, good.link, first.t0.fromMs)
  if (!found || isOnAt(found.link, good.t0.fromMs, found.baseline)) return null
  const { link, baseline } = found
  // Two bins: one alone may hold but the last packets of a path that is being left.
  const back = backAt(link, { afterMs: good.t0.fromMs, validationMs: 2 * link.binMs, baseline })
  const watchedMs = Math.max(0, (run.captured?.endMs ?? 0) - good.t0.toMs)
  return { bounds: back && since(back, good.t0), watchedMs }
}

/**
 * From which probe on, to the end of what is looked at, no more is lost than before; null: from its beginning on. Infinity:
 * it never was so. Losses one by one are told from the baseline by their number only.
 */
function asBeforeFromMs(view: LossView): number | null {
  const { records, start, end, periods, impaired, baseline } = view
  const isAsBefore = (from: number) => lossAsBefore(baseline, end - from, impaired(from, end))
  if (isAsBefore(start)) return null
  const goods = periods.map(({ to }) => nextGood(view, to + 1)).filter((index) => index >= 0)
  const from = goods.find(isAsBefore)
  return (from === undefined ? undefined : records[from]?.sendMs) ?? Number.POSITIVE_INFINITY
}

/**
 * From a degradation until a probe lost no more than before, for good while it lasted; a loss that the baseline explains
 * is none.
 */
export function timeOfLoss({ t0, until, failover }: SeenByProbe): TimeTaken {
  const { outages, bounds } = failover
  const { view } = outages
  const endMs = until?.fromMs ?? view.records.at(-1)?.sendMs ?? t0.toMs
  const watchedMs = Math.max(0, endMs - t0.toMs)
  const last = outages.findings.filter(({ beyondBaseline }) => beyondBaseline).at(-1)
  const scatteredMs = asBeforeFromMs(view)
  if (!last && scatteredMs === null)
    return { bounds: bounds.upperMs === null ? null : { lowerMs: 0, upperMs: bounds.upperMs }, watchedMs }
  const never = Number.POSITIVE_INFINITY
  const recoveredMs = Math.max(last ? (last.recoveredMs ?? never) : 0, scatteredMs ?? 0)
  if (recoveredMs === never) return { bounds: null, watchedMs }
  // It was over when this probe was sent, and not yet when the one before was.
  const fromMs = view.records.findLast(({ sendMs }) => sendMs < recoveredMs)?.sendMs ?? recoveredMs
  return { bounds: since({ fromMs, toMs: recoveredMs }, t0), watchedMs }
}

const asMeasurement = (
  labels: Pick<Measurement, 'id' | 'title' | 'method' | 'source'>,
  taken: TimeTaken | null,
): Measurement[] => {
  if (!taken?.bounds) return []
  const { lowerMs, upperMs } = taken.bounds
  return [{ ...labels, ms: upperMs, plusMs: 0, minusMs: upperMs - lowerMs }]
}

/** What the captures and probes tell of the first degradation, and of the way back. */
export function linkTimes(run: OnLinks): Measurement[] {
  const [first] = run.degradations
  if (!first) return []
  const byCapture = { method: 'TBM', source: 'captures, to the ISPs' } as const
  return [
    ...asMeasurement({ id: 'linkLeft', title: 'Until the link was left', ...byCapture }, timeToLeave(run, first)),
    ...asMeasurement({ id: 'reversionTime', title: 'Reversion Time', ...byCapture }, reversionTime(run)),
    ...first.probes.flatMap((seen) =>
      asMeasurement(
        {
          ...{ id: `lossBack-${seen.target.id}`, title: 'Until loss was back at its baseline' },
          ...{ method: 'TBLM', source: seen.target.title },
        },
        timeOfLoss(seen),
      ),
    ),
  ]
}
