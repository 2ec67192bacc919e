import { formatMs } from '../domain/format'
import type { Interval } from '../domain/ids'
import type { Measurement } from '../domain/run'
import type { ProbeBaseline } from './baseline'
import { findOutages, type OutageFinding, type ProbeOutages } from './outages'
import { packetLossTime } from './packet-loss'
import type { ProbeTimeline } from './probe-timeline'

/** Bounds of a duration; upperMs null: it had not ended, or nobody saw it end. */
export type Bounds = { lowerMs: number; upperMs: number | null }

/** Failover or Reversion Time as one probe saw it. */
export type ProbeFailover = {
  stream: string
  title: string
  crossesCluster: boolean
  /** TBLM, ms; null when no end was seen. */
  ms: number | null
  bounds: Bounds
  /** TBLM with its interval; null when no end was seen. */
  measurement: Measurement | null
  /** PLBM beside it, as a check. */
  packetLoss: Measurement | null
  /** The outage that it states; null when nothing was lost. */
  finding: OutageFinding | null
  outages: ProbeOutages
  /** Why it cannot be stated exactly: with any of these a criterion can only be inconclusive, or fail by its lower bound. */
  caveats: string[]
}

export type FailoverOptions = {
  /** Id of the measurement: "failoverTime", "reversionTime". */
  id: string
  title: string
  stream: string
  probeTitle: string
  crossesCluster: boolean
  /** T0 on the probe host's clock, its clock offset's error included. */
  t0: Interval
  /** The end of what belongs to this event (probe host's clock, epoch ms); the end of the recording by default. */
  untilMs?: number
  baseline: ProbeBaseline
  validationMs: number
  rttBeyondMs?: number | null
}

const upperOf = ({ outage }: OutageFinding) => outage.upperMs ?? Number.POSITIVE_INFINITY

function caveatsOf(timeline: ProbeTimeline, options: FailoverOptions, outages: ProbeOutages, bounds: Bounds): string[] {
  const { probeTitle: title, baseline, validationMs, t0, untilMs } = options
  const finding = worst(outages.findings)
  const caveats: string[] = []
  if (baseline.offered === 0) caveats.push(`${title}: there is no baseline before the fault`)
  if (timeline.ignoredRows > 0) caveats.push(`${title}: ${timeline.ignoredRows} lines fit nowhere in the recording`)
  const hiding = outages.stalls.filter(
    (stall) => finding?.stalls.includes(stall) || !finding || stall.toMs - stall.fromMs > (bounds.upperMs ?? 0),
  )
  for (const { kind, fromMs, toMs } of hiding)
    caveats.push(
      kind === 'stall'
        ? `${title}: the sender stalled for ${formatMs(toMs - fromMs)}, which no loss explains`
        : `${title}: the probe host's clock was set back by ${formatMs(toMs - fromMs)}`,
    )
  if (bounds.upperMs === null) caveats.push(`${title}: loss had not returned to the baseline when the probe stopped`)
  else if (finding?.beyondBaseline && !finding.validated)
    caveats.push(`${title}: recovery was watched for ${formatMs(finding.heldMs)} only, not ${formatMs(validationMs)}`)
  const watchedMs = (timeline.records.at(-1)?.sendMs ?? t0.toMs) - t0.toMs
  if (!finding && untilMs === undefined && watchedMs > 0 && watchedMs < validationMs)
    caveats.push(`${title}: no outage was seen, but it was watched for ${formatMs(watchedMs)} only`)
  if (outages.view.end <= outages.view.start) caveats.push(`${title}: no probe was sent after the fault`)
  return caveats
}

const worst = (findings: readonly OutageFinding[]): OutageFinding | null =>
  findings.reduce<OutageFinding | null>((a, b) => (a && upperOf(a) >= upperOf(b) ? a : b), null)

/**
 * The time from the failure to unimpaired forwarding as one probe saw it (RFC 6414 Failover Time, TBLM), with the
 * interval of MEASUREMENT.md. No loss is 0 (+ the longest outage that fits unseen between two probes).
 */
export function failoverOf(timeline: ProbeTimeline, options: FailoverOptions): ProbeFailover {
  const { id, title, stream, probeTitle, crossesCluster, t0, untilMs, baseline, validationMs, rttBeyondMs } = options
  const outages = findOutages(timeline, { stream, fromMs: t0.fromMs, untilMs, baseline, validationMs, rttBeyondMs })
  const finding = worst(outages.findings)
  const unseenMs = outages.unseenMs
  const seenUpperMs = finding ? finding.outage.upperMs : unseenMs
  // where all loss may be background, the outage may be one that no probe saw
  const upperMs = seenUpperMs === null || finding?.beyondBaseline ? seenUpperMs : Math.max(seenUpperMs, unseenMs)
  const bounds = { lowerMs: finding?.outage.lowerMs ?? 0, upperMs }
  const ms = finding ? finding.outage.ms : 0
  const measurement: Measurement | null =
    ms === null || upperMs === null
      ? null
      : { id, title, ms, plusMs: upperMs - ms, minusMs: ms - bounds.lowerMs, method: 'TBLM', source: probeTitle }
  return {
    stream,
    title: probeTitle,
    crossesCluster,
    ms,
    bounds,
    measurement,
    packetLoss: packetLossTime(outages, finding, {
      id: `${id}ByLoss`,
      title: `${title} by packet loss`,
      source: probeTitle,
    }),
    finding,
    outages,
    caveats: caveatsOf(timeline, options, outages, bounds),
  }
}

/** The headline: the worst of the probes that cross the cluster. */
export type Headline = {
  probe: ProbeFailover
  /** The largest upper bound of them all, ms; null when one saw no end. */
  upperMs: number | null
  caveats: string[]
}

/** Probes whose intervals are no wider than this times the narrowest tell an outage equally exactly. */
const AS_EXACT = 1.5

/**
 * Picks the worst probe that crosses the cluster: the one whose outage never ended, else of those whose outage may have
 * been the longest (none was longer for certain) the ones that tell it most exactly: a probe that only looks less often
 * is not worse. Of these the one with the least lower bound: a loss by chance beside the outage raises that bound, and
 * would make its probe look the more exact. Null when none crosses it. Its caveats include those of the others: a probe that cannot be stated might
 * have been the worst.
 */
export function headlineOf(probes: readonly ProbeFailover[]): Headline | null {
  const crossing = probes.filter((probe) => probe.crossesCluster)
  const upper = ({ bounds }: ProbeFailover) => bounds.upperMs ?? Number.POSITIVE_INFINITY
  const certainMs = Math.max(...crossing.map(({ bounds }) => bounds.lowerMs))
  const width = (probe: ProbeFailover) => upper(probe) - probe.bounds.lowerMs
  const open = crossing.filter((probe) => probe.bounds.upperMs === null)
  const [longest] = open.toSorted((a, b) => b.bounds.lowerMs - a.bounds.lowerMs)
  const candidates = crossing.filter((probe) => upper(probe) >= certainMs)
  const narrowestMs = Math.min(...candidates.map(width))
  const [exact] = candidates
    .filter((probe) => width(probe) <= AS_EXACT * narrowestMs)
    .toSorted((a, b) => a.bounds.lowerMs - b.bounds.lowerMs)
  const probe = longest ?? exact
  if (!probe) return null
  return {
    probe,
    upperMs: longest ? null : Math.max(...crossing.map(upper)),
    caveats: crossing.flatMap((each) => each.caveats),
  }
}
