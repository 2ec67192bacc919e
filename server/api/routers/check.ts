import { z } from 'zod'
import type { CheckProgress, LabCheck } from '../../domain/check'
import { IdSchema } from '../../domain/ids'
import { procedure, router } from '../trpc'

const labInput = z.object({ lab: IdSchema })

/** Part of `labs`. */
export const checkRouter = router({
  /** Connects to everything and says what is missing; takes seconds, at most 20. Who asks meanwhile gets the same check. */
  check: procedure
    .input(labInput)
    .query(({ ctx, input }): Promise<LabCheck> => ctx.services.checks.check(ctx.services.labs.get(input.lab).id)),
  /** How far the check that is going on has come; null when there is none. */
  checkProgress: procedure
    .input(labInput)
    .query(({ ctx, input }): CheckProgress | null => ctx.services.checks.progress(input.lab)),
})
