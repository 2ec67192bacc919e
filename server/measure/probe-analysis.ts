import type { Interval } from '../domain/ids'
import type { AnyLab, Target } from '../domain/lab'
import { placeName } from '../domain/place'
import type { ProbeSummary, RunContext } from '../domain/run'
import { probeStreams, SAMPLE_COLUMNS, type SampleRow } from '../domain/sample'
import type { Stamped } from '../domain/stamped'
import { baselineBefore, baselineOf } from './baseline'
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
  /** null where there was no fault, or its instant is not known on the probe's clock. */
  failover: ProbeFailover | null
  summary: ProbeSummary
}

/** What a probe is held against. `time`: what is measured from there on. */
export type ProbeQuestion = {
  time: { id: string; title: string }
  fault: Stamped | null
  context: RunContext | null
}

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
  { time, fault, context }: ProbeQuestion,
): ProbeAnalysis {
  const { validationMs, forwardingDelayThresholdMs } = lab.expectations
  const [stream] = probeStreams(target.id)
  const timeline = joinTimelines(rows.map((each) => buildProbeTimeline(each, { forwardingDelayThresholdMs })))
  const t0 = fault && doneOn(fault, placeName(target.from), context)
  const first = timeline.records[0]?.sendMs ?? 0
  const baseline = t0 ? baselineBefore(timeline, first, t0.fromMs) : baselineOf(timeline, first, timeline.endMs)
  const { title, crossesCluster } = target
  const failover =
    t0 &&
    failoverOf(timeline, {
      id: `${time.id}-${target.id}`,
      title: time.title,
      stream,
      probeTitle: title,
      crossesCluster,
      t0,
      baseline,
      validationMs,
    })
  const summary = summarizeProbe(
    timeline,
    { stream, title, crossesCluster, pings: rows.length, icmpBytes: icmpBytesOf(rows[0] ?? []) },
    baseline,
    failover?.outages.findings ?? [],
  )
  return { target, timeline, t0, failover, summary }
}
