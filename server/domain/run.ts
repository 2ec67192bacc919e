import { z } from 'zod'
import { IdSchema } from './ids'
import { WanReportSchema } from './wan-run'

export const EndingSchema = z.enum(['completed', 'cancelled', 'timed-out', 'error', 'interrupted'])
/** How a run ended; set only after restore. */
export type Ending = z.infer<typeof EndingSchema>

export const VerdictSchema = z.enum(['pass', 'fail', 'inconclusive'])
/** What a run showed. What could not be evaluated is inconclusive, never a pass. */
export type Verdict = z.infer<typeof VerdictSchema>

export const RunPhaseSchema = z.enum(['queued', 'running', 'restoring', 'recovering', 'ended'])
export type RunPhase = z.infer<typeof RunPhaseSchema>

export const MethodSchema = z.enum(['TBLM', 'PLBM', 'TBM', 'poll', 'journal'])
export type Method = z.infer<typeof MethodSchema>

/** A duration with its error: the truth lies in [ms − minusMs, ms + plusMs]. */
export const MeasurementSchema = z.object({
  id: z.string(),
  title: z.string(),
  ms: z.number(),
  plusMs: z.number().nonnegative(),
  minusMs: z.number().nonnegative(),
  method: MethodSchema,
  /** Which probe, capture or node it was read from. */
  source: z.string(),
})
export type Measurement = z.infer<typeof MeasurementSchema>

/** Id of the longest pause of the traffic over all links of a WAN; 0 ms: none that is longer than `plusMs`. */
export const LONGEST_GAP = 'failoverTimeByCapture'
/** The same after the failure of one link: the id begins so. */
export const LINK_GAP = 'gap-'

/** Whether a measurement is a longest pause, and there was none. */
export const isNoGap = ({ id, ms }: Pick<Measurement, 'id' | 'ms'>): boolean =>
  ms === 0 && (id === LONGEST_GAP || id.startsWith(LINK_GAP))

/** A number with its unit and the text that shows it; the number is null where only words say it. */
export const QuantitySchema = z.object({ value: z.number().nullable(), unit: z.string(), text: z.string() })
export type Quantity = z.infer<typeof QuantitySchema>

export const EvidenceSchema = z.object({
  text: z.string(),
  /** Points at the command whose raw output shows it. */
  commandId: z.string().optional(),
  /** Points at the event that shows it. */
  seq: z.number().optional(),
})
export type Evidence = z.infer<typeof EvidenceSchema>

export const CriterionResultSchema = z.object({
  id: z.string(),
  title: z.string(),
  verdict: VerdictSchema,
  /** Why, in one sentence. */
  reason: z.string(),
  limit: QuantitySchema.nullable(),
  measured: QuantitySchema.nullable(),
  evidence: z.array(EvidenceSchema),
})
export type CriterionResult = z.infer<typeof CriterionResultSchema>

/** One outage of one probe; instants on the probe host's clock, epoch ms. lower/upper bound the true length. */
export const OutageSchema = z.object({
  stream: z.string(),
  lastGoodMs: z.number(),
  /** null: it had not ended when the probe stopped. */
  firstGoodMs: z.number().nullable(),
  ms: z.number().nullable(),
  lowerMs: z.number(),
  upperMs: z.number().nullable(),
  lostProbes: z.number(),
})
export type Outage = z.infer<typeof OutageSchema>

/** What a probe did over the whole run (RFC 6412 impairment terms). */
export const ProbeSummarySchema = z.object({
  stream: z.string(),
  title: z.string(),
  crossesCluster: z.boolean(),
  /** Pings that it was made of, in different phase. */
  pings: z.number().default(1),
  /** Size of a probe from its ICMP header on, as its replies say; null when none came. */
  icmpBytes: z.number().nullable().default(null),
  /** Observed over the whole run, probes per second; null where there are too few. */
  offeredPps: z.number().nullable().default(null),
  offered: z.number(),
  forwarded: z.number(),
  lost: z.number(),
  reordered: z.number(),
  duplicate: z.number(),
  late: z.number(),
  /** Observed, median, ms; never the nominal one. */
  spacingMs: z.number().nullable(),
  rttMedianMs: z.number().nullable(),
  rttMaxMs: z.number().nullable(),
  senderStalls: z.array(z.object({ fromMs: z.number(), toMs: z.number() })),
  outages: z.array(OutageSchema),
})
export type ProbeSummary = z.infer<typeof ProbeSummarySchema>

/** Everything that was judged, computed from stored evidence only, so it can be computed again. */
export const ReportSchema = z.object({
  verdict: VerdictSchema,
  headline: MeasurementSchema.nullable(),
  criteria: z.array(CriterionResultSchema),
  measurements: z.array(MeasurementSchema),
  probes: z.array(ProbeSummarySchema),
  /** The fault on the target's own clock; on the dashboard's where that was set meanwhile. */
  t0: z.object({ fromMs: z.number(), toMs: z.number() }).nullable(),
  notes: z.array(z.string()),
  /** What stands at the top of a run that measures no time. */
  figure: z
    .object({ title: z.string(), measured: QuantitySchema.nullable(), limit: QuantitySchema.nullable() })
    .optional(),
  /** Of runs on a WAN's links whose captures were read. */
  wan: WanReportSchema.optional(),
})
export type Report = z.infer<typeof ReportSchema>

/** Host or instance -> its clock minus the app's, ± half the round trip. */
export const ClocksSchema = z.record(z.string(), z.object({ offsetMs: z.number(), errorMs: z.number() }))

/** What a run was made with, taken in preflight. */
export const RunContextSchema = z.object({
  softwareVersions: z.record(z.string(), z.string()),
  toolVersions: z.record(z.string(), z.string()),
  clocks: ClocksSchema,
  /** "bpfrx-fw0/ge-0-0-0" -> MAC, lower case: tells whose gratuitous ARP it was. */
  macs: z.record(z.string(), z.string()),
  /** Switches of the lab file that were on at the start: the lab misbehaved on purpose. */
  switches: z.array(z.string()).default([]),
})
export type RunContext = z.infer<typeof RunContextSchema>

/** What to run: `params` is what the form sent, checked by the case's own schema in the runner. */
export type RunRequest = {
  lab: string
  case: string
  params: Record<string, unknown>
  /** Manual failovers that nobody reset are reset before it, each as a run of its own. */
  resetFirst?: boolean
  /** So many runs one after the other, as repeats of each other; 1 unless told. */
  repeats?: number
}

/** A row of the history and of the queue. */
export const RunSummarySchema = z.object({
  id: IdSchema,
  lab: z.string(),
  labTitle: z.string(),
  case: z.string(),
  caseTitle: z.string(),
  params: z.record(z.string(), z.unknown()),
  phase: RunPhaseSchema,
  ending: EndingSchema.nullable(),
  verdict: VerdictSchema.nullable(),
  /** The lab was not as before after restore. */
  dirty: z.boolean(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  failoverTime: MeasurementSchema.nullable(),
  /** What the case measures, also while it is not measured; missing where it measures nothing, and in old runs. */
  headlineTitle: z.string().optional(),
  limitMs: z.number().nullable(),
  softwareVersion: z.string().nullable(),
  /** Id of the run it waits behind, while queued. */
  behind: z.string().nullable(),
  /** One sentence: why it ended as it did. */
  message: z.string().nullable(),
})
export type RunSummary = z.infer<typeof RunSummarySchema>
