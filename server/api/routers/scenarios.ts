import { z } from 'zod'
import { IdSchema } from '../../domain/ids'
import { procedure, router } from '../trpc'

const labInput = z.object({ lab: IdSchema })
const oneInput = labInput.extend({ id: IdSchema })

/** A scenario's file and what lies beside it, as it was chosen or pasted; all of it text. */
const fileInput = labInput.extend({
  text: z.string().max(1024 * 1024),
  files: z
    .array(z.object({ name: z.string().min(1).max(400), text: z.string().max(256 * 1024) }))
    .max(50)
    .default([]),
})

export const scenariosRouter = router({
  /** The lab's scenarios, and when which of them is to run or was to. */
  list: procedure.input(labInput).query(({ ctx, input }) => ctx.services.scenarios.list(input.lab)),
  /** What an import would give: typed steps, raw commands, what is left out. Keeps nothing. */
  read: procedure
    .input(fileInput)
    .mutation(({ ctx, input }) => ctx.services.scenarios.read(input.lab, input.text, input.files)),
  save: procedure
    .input(fileInput.extend({ title: z.string().trim().min(1).max(200).optional(), id: IdSchema.optional() }))
    .mutation(({ ctx, input }) => ctx.services.scenarios.save(input)),
  remove: procedure.input(oneInput).mutation(({ ctx, input }) => ctx.services.scenarios.remove(input.lab, input.id)),
  /** As the runner file that it was imported from, or as a scenario of our own format. */
  export: procedure
    .input(oneInput.extend({ format: z.enum(['runner', 'scenario']) }))
    .query(({ ctx, input }) => ctx.services.scenarios.export(input.lab, input.id, input.format)),
  /** Starts a run, or queues it. */
  run: procedure.input(oneInput).mutation(({ ctx, input }) => ctx.services.scenarios.run(input.lab, input.id)),
  /** A run whose steps begin at a wall-clock time. */
  schedule: procedure
    .input(oneInput.extend({ atMs: z.number().positive() }))
    .mutation(({ ctx, input }) => ctx.services.scenarios.schedule(input.lab, input.id, input.atMs)),
  cancel: procedure.input(oneInput).mutation(({ ctx, input }) => ctx.services.scenarios.cancel(input.lab, input.id)),
})
