import { z } from 'zod'
import { COMPARE_MAX, type Comparison } from '../../domain/compare'
import { readComparison } from '../compare'
import { procedure, router } from '../trpc'

export const compareRouter = router({
  /** Runs side by side, with statistics of those that repeat each other. */
  runs: procedure
    .input(z.object({ ids: z.array(z.string().max(200)).min(1).max(COMPARE_MAX) }))
    .query(({ ctx, input }): Promise<Comparison> => readComparison(ctx.services, input.ids)),
})
