import { z } from 'zod'
import { IdSchema } from '../../domain/ids'
import { procedure, router } from '../trpc'

/** Which case on which lab, with the form's values. */
export const RunRequestSchema = z.object({
  lab: IdSchema,
  case: z.string().min(1).max(64),
  params: z.record(z.string(), z.unknown()).default({}),
  /** Manual failovers that nobody reset are reset before it, each as a run of its own. */
  resetFirst: z.boolean().optional(),
  /** So many runs one after the other, as repeats of each other. */
  repeats: z.int().min(1).max(20).optional(),
})

export const casesRouter = router({
  /** The cases as they are on one lab: form fields, criteria with limits, what blocks them. */
  list: procedure
    .input(z.object({ lab: IdSchema }))
    .query(({ ctx, input }) => ctx.services.cases.views(ctx.services.labs.get(input.lab))),
  /** What can be done to one lab on purpose, apart from tests. */
  operations: procedure
    .input(z.object({ lab: IdSchema }))
    .query(({ ctx, input }) => ctx.services.cases.operations(ctx.services.labs.get(input.lab))),
  /** Per step and host, exactly what would be run; runs nothing. */
  plan: procedure.input(RunRequestSchema).query(({ ctx, input }) => ctx.services.runner.plan(input)),
})
