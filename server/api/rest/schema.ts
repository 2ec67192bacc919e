import { z } from 'zod'
import { StepOutcomeSchema } from '../../domain/event'
import { PlaceSchema } from '../../domain/ids'
import {
  CriterionResultSchema,
  EndingSchema,
  MeasurementSchema,
  ProbeSummarySchema,
  RunContextSchema,
  RunPhaseSchema,
  VerdictSchema,
} from '../../domain/run'
import type { SwitchView } from '../../domain/views'
import { CaptureViewSchema, WanReportSchema } from '../../domain/wan-run'

/** The stable shapes of /api/v1, from which its documentation is made. All instants are epoch ms. */
export const NewRunSchema = z.strictObject({
  case: z.string().min(1).max(64).describe('id of a case, e.g. "TC-3"'),
  params: z.record(z.string(), z.unknown()).default({}).describe('see GET /api/v1/cases for the fields'),
  repeats: z.int().min(1).max(20).optional().describe('so many runs one after the other; 1 unless told'),
})

export const StartedRunSchema = z.object({
  id: z.string(),
  ids: z.array(z.string()).describe('of all repeats, the first one first'),
  url: z.url().describe('page of the (first) run'),
})

export const RestLabSchema = z.object({
  id: z.string().nullable().describe('null: the file is broken and says none'),
  title: z.string(),
  notes: z.string().nullable(),
  file: z.string(),
  allowDestructive: z.boolean(),
  errors: z
    .array(z.object({ line: z.number().nullable(), column: z.number().nullable(), message: z.string() }))
    .describe('empty when the lab can be used'),
})

export const RestRunRowSchema = z.object({
  id: z.string(),
  url: z.url(),
  lab: z.string(),
  case: z.string(),
  params: z.record(z.string(), z.unknown()),
  phase: RunPhaseSchema,
  ending: EndingSchema.nullable().describe('null while it goes on'),
  verdict: VerdictSchema.nullable(),
  dirty: z.boolean().describe('the lab was not as before after restore'),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  failoverTime: MeasurementSchema.nullable(),
  limitMs: z.number().nullable(),
  softwareVersion: z.string().nullable(),
  behind: z.string().nullable().describe('id of the run that it waits behind'),
  message: z.string().nullable(),
})
export type RestRunRow = z.infer<typeof RestRunRowSchema>

export const RestRunPageSchema = z.object({
  runs: z.array(RestRunRowSchema).describe('newest first'),
  nextCursor: z.string().nullable(),
})

export const RestRunSchema = RestRunRowSchema.omit({ failoverTime: true }).extend({
  criteria: z.array(CriterionResultSchema),
  measurements: z
    .record(z.string(), MeasurementSchema)
    .describe('by id, e.g. failoverTime: the truth lies in [ms − minusMs, ms + plusMs]'),
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      outcome: StepOutcomeSchema.nullable(),
      startedAt: z.number(),
      endedAt: z.number().nullable(),
      message: z.string().nullable(),
    }),
  ),
  commands: z.array(
    z.object({
      id: z.string(),
      stepId: z.string(),
      host: z.string(),
      place: PlaceSchema,
      argv: z.array(z.string()),
      startedAt: z.number(),
      durationMs: z.number().nullable(),
      exitCode: z.number().nullable(),
      error: z.string().nullable(),
    }),
  ),
  /** The fault on the target's own clock; null without one. */
  t0: z.object({ fromMs: z.number(), toMs: z.number() }).nullable(),
  /** What each probe offered, lost, and which outages it saw; empty before the run was judged. */
  probes: z.array(ProbeSummarySchema),
  /** Software and tool versions, clock offsets; null before preflight has read them. */
  context: RunContextSchema.nullable(),
  notes: z.array(z.string()),
  /** Of a run on a WAN's links; `file.name` is to be had below /captures. */
  captures: z.array(CaptureViewSchema),
  /** Which path carried the traffic when, and its gaps, on the capture host's clock; null without captures. */
  wan: WanReportSchema.nullable(),
})
export type RestRun = z.infer<typeof RestRunSchema>

const SwitchCommandSchema = z.object({ place: z.string(), host: z.string(), text: z.string() })

export const RestSwitchSchema = z.object({
  id: z.string(),
  title: z.string(),
  expect: z.string().nullable().describe('what one will see of it'),
  places: z.array(z.string()),
  on: z.array(SwitchCommandSchema).describe('what turning it on runs, in this order'),
  off: z.array(SwitchCommandSchema),
  state: z.enum(['on', 'off', 'partly', 'unknown']).describe('partly: on at some of its places only'),
}) satisfies z.ZodType<SwitchView>

export const SetSwitchSchema = z.strictObject({ on: z.boolean() })

export const RestErrorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
})

export const RunsQuerySchema = z.object({
  lab: z.array(z.string()).optional(),
  case: z.array(z.string()).optional(),
  verdict: z.array(VerdictSchema).optional(),
})
