import { z } from 'zod'
import { IdSchema } from '../../domain/ids'
import { procedure, router } from '../trpc'

const labInput = z.object({ lab: IdSchema })

export const switchesRouter = router({
  /** What makes the lab misbehave, and which of it is on now; asks the lab. */
  list: procedure.input(labInput).query(({ ctx, input }) => ctx.services.switches.list(input.lab)),
  /** Turns one on or off; refused while a run goes on or waits. */
  set: procedure
    .input(labInput.extend({ id: IdSchema, on: z.boolean() }))
    .mutation(({ ctx, input }) => ctx.services.switches.set(input.lab, input.id, input.on)),
})
