import { z } from 'zod'
import type { Report, RunSummary } from './run'
import { VerdictSchema } from './run'

/** ms for durations, bit/s for rates. */
export const ExpectationUnitSchema = z.enum(['ms', 'bit/s'])
export type ExpectationUnit = z.infer<typeof ExpectationUnitSchema>

/** A measured number in the row's unit. plus and minus are null where the run states none. */
export const MeasuredSchema = z.object({
  value: z.number(),
  plus: z.number().nullable(),
  minus: z.number().nullable(),
  text: z.string().describe('number, unit and error, for people'),
  run: z.string().describe('id of the run'),
  atMs: z.number().describe('start of that run'),
  params: z.record(z.string(), z.unknown()),
  verdict: VerdictSchema.describe('of the interval against what is expected; inconclusive where it proves nothing'),
})
export type Measured = z.infer<typeof MeasuredSchema>

/** The newest runs with the parameters of the latest one, that one included; in the row's unit. */
export const SpreadSchema = z.object({ count: z.number(), min: z.number(), median: z.number(), max: z.number() })
export type Spread = z.infer<typeof SpreadSchema>

/** One row of the plan's table of performance expectations. */
export const ExpectationSchema = z.object({
  id: z.string(),
  title: z.string(),
  unit: ExpectationUnitSchema,
  expected: z.object({
    min: z.number().nullable().describe('null: no lower bound'),
    max: z.number().nullable().describe('null: no upper bound'),
    text: z.string(),
  }),
  case: z.object({
    id: z.string(),
    isThere: z.boolean().describe('false: this version has no such case'),
    params: z.record(z.string(), z.unknown()).describe('those with which a run of it counts for this row'),
  }),
  latest: MeasuredSchema.nullable().describe('null: not measured yet'),
  spread: SpreadSchema.nullable(),
  note: z.string().nullable().describe('why what is measured here says less than it seems to'),
})
export type Expectation = z.infer<typeof ExpectationSchema>

export const ExpectationsViewSchema = z.object({
  lab: z.string(),
  rows: z.array(ExpectationSchema),
  runsRead: z.number().describe('at most so many runs of each case were looked at'),
})
export type ExpectationsView = z.infer<typeof ExpectationsViewSchema>

/** A completed run with what was judged of it. `switches`: those of the lab file that were on. */
export type JudgedRun = { run: RunSummary; report: Report; switches: readonly string[] }
