import type { Interval } from '../domain/ids'
import type { AnyLab, Target } from '../domain/lab'
import { placeName } from '../domain/place'
import type { ProbeSummary, RunContext } from '../domain/run'
import { probeStreams, SAMPLE_COLUMNS, type SampleRow } from '../domain/sample'
import type { Stamped } from '../domain/stamped'
import { baselineBefore, baselineOf, type ProbeBaseline } from './baseline'
import { doneOn } from './clocks'
import { failoverOf, type ProbeFailover } from './failover-time'
import { joinTimelines } from './join-timelines'
import { summarizeProbe } from './probe-summary'
import { buildProbeTimeline, type ProbeTimeline } from './probe-timeline'

/** A probe of a run, judged as far as it can be. */
export type ProbeAnalysis = {
  target: Target
  timeline: ProbeTimeline
  /** T0 on the probe host's clock. */
  t0: Interval | null
  baseline: ProbeBaseline
  /** null where there was no fault, or its instant is not known on the probe's clock. */
  failover: ProbeFailover | null
  summary: ProbeSummary
}

/** What a probe is held against. `time`: what is measured from there on. */
export type ProbeQuestion = {
  time: { id: string; title: string }
  fault: Stamped | null
  /** What was done next: from there on nothing belongs to the fault any more. */
  until?: Stamped | undefined
  context: RunContext | null
}

/** So long before T0 round trips are looked at, ms. */
const TRIPS_MS = 5000

const BYTES = SAMPLE_COLUMNS.probe.indexOf('bytes')

const icmpBytesOf = (rows: readonly SampleRow[]): number | null =>
  rows.find((row) => row[BYTES] != null)?.[BYTES] ?? null

/**
 * Judges one target's probe.
 * @param rows of each of its pings; at least one
 */
export function analyseProbe(
  lab: Pick<AnyLab, 'expectations'>,
  target: Target,
  rows: readonly (readonly SampleRow[])[],
  question: ProbeQuestion,
): ProbeAnalysis {
  const { fault, context } = question
  const { forwardingDelayThresholdMs } = lab.expectations
  const [stream] = probeStreams(target.id)
  const timeline = joinTimelines(rows.map((each) => buildProbeTimeline(each, { forwardingDelayThresholdMs })))
  const t0 = fault && doneOn(fault, placeName(target.from), context)
  const first = timeline.records[0]?.sendMs ?? 0
  const baseline = t0 ? baselineBefore(timeline, first, t0.fromMs) : baselineOf(timeline, first, timeline.endMs)
  const failover = probeFailover(lab, { target, timeline, baseline }, question)
  const { title, crossesCluster } = target
  const summary = summarizeProbe(
    timeline,
    { stream, title, crossesCluster, pings: rows.length, icmpBytes: icmpBytesOf(rows[0] ?? []) },
    baseline,
    failover?.outages.findings ?? [],
  )
  return { target, timeline, t0, baseline, failover, summary }
}

/** What a probe saw of one fault; null where there was none, or its instant is not known on the probe's clock. */
export function probeFailover(
  { expectations: { validationMs } }: Pick<AnyLab, 'expectations'>,
  { target, timeline, baseline }: Pick<ProbeAnalysis, 'target' | 'timeline' | 'baseline'>,
  { time, fault, until, context }: ProbeQuestion,
): ProbeFailover | null {
  const clock = placeName(target.from)
  const t0 = fault && doneOn(fault, clock, context)
  if (!t0) return null
  const [stream] = probeStreams(target.id)
  const { title: probeTitle, crossesCluster } = target
  return failoverOf(timeline, {
    ...{ id: `${time.id}-${target.id}`, title: time.title, stream, probeTitle, crossesCluster },
    ...{ t0, untilMs: until && beforeMs(timeline, t0, doneOn(until, clock, context)), baseline, validationMs },
  })
}

/** Until when probes were sent of which none was on its way still when something else was done; undefined: nobody knows when that was. */
function beforeMs({ records, stampNoiseMs }: ProbeTimeline, t0: Interval, next: Interval | null): number | undefined {
  if (!next) return undefined
  const sent = records.filter(({ sendMs }) => sendMs < next.fromMs)
  // Of what the path was like lately, and before T0.
  const trips = sent.flatMap(({ rttMs, sendMs }) => (rttMs !== null && sendMs >= t0.fromMs - TRIPS_MS ? [rttMs] : []))
  return next.fromMs - trips.reduce((a, b) => Math.max(a, b), 0) - stampNoiseMs
}
