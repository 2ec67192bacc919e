import { tracked } from '@trpc/server'
import { z } from 'zod'
import type { RunDetail } from '../../domain/detail'
import { IdSchema } from '../../domain/ids'
import { RunFilterSchema } from '../../domain/views'
import { readOutput } from '../output'
import { readDetail } from '../run-detail'
import { procedure, router } from '../trpc'
import { readWindow } from '../window'
import { RunRequestSchema } from './cases'

const runInput = z.object({ id: IdSchema })
const limit = (normal: number, most: number) =>
  z
    .number()
    .default(normal)
    .transform((n) => Math.min(Math.max(Math.trunc(n), 1), most))

export const runsRouter = router({
  /** Starts, or queues where one is running; which of the two `runs.get` tells. */
  start: procedure.input(RunRequestSchema).mutation(({ ctx, input }) => ctx.services.runner.start(input)),
  /** Asks for the end; the run restores first, so `ending` follows later. */
  cancel: procedure.input(runInput).mutation(({ ctx, input }) => ctx.services.runner.cancel(input.id)),
  list: procedure
    .input(RunFilterSchema.extend({ limit: limit(50, 200), cursor: z.string().max(200).nullish() }))
    .query(({ ctx, input: { limit, cursor, ...filter } }) =>
      ctx.services.runs.list(filter, { limit, cursor: cursor ?? null }),
    ),
  /** Failover Time over time; runs without one are not in it. */
  trend: procedure
    .input(RunFilterSchema.extend({ limit: limit(500, 2000) }))
    .query(({ ctx, input: { limit, ...filter } }) => ctx.services.runs.trend(filter, limit)),
  facets: procedure.query(({ ctx }) => ctx.services.runs.facets()),
  get: procedure.input(runInput).query(({ ctx, input }): Promise<RunDetail> => readDetail(ctx.services, input.id)),
  events: procedure
    .input(runInput.extend({ after: z.int().min(0).default(0), limit: limit(500, 5000) }))
    .query(({ ctx, input }) => ctx.services.events.read(input.id, input.after, input.limit)),
  /** The cursor is the seq of the last event: `lastEventId` (set by the client on reconnect) wins over `after`. */
  live: procedure
    .input(runInput.extend({ after: z.int().min(0).default(0), lastEventId: z.coerce.number().int().nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      let cursor = input.lastEventId ?? input.after
      for await (const item of ctx.services.follow(input.id, cursor, signal ?? new AbortController().signal)) {
        if (item.kind === 'events') cursor = item.events.at(-1)?.seq ?? cursor
        yield tracked(String(cursor), item)
      }
    }),
  /** Series per stream for charts, at most maxPoints (≤ 800) rows each. */
  window: procedure
    .input(
      runInput.extend({
        fromMs: z.number().nullish(),
        toMs: z.number().nullish(),
        streams: z.array(z.string().max(80)).max(50).optional(),
        maxPoints: limit(800, 800),
      }),
    )
    .query(({ ctx, input }) => readWindow(ctx.services, input)),
  /** Raw output, verbatim; `search` is a plain, case-insensitive text. */
  output: procedure
    .input(
      runInput.extend({
        commandId: z.string().max(100).optional(),
        search: z.string().max(200).optional(),
        after: z.string().max(4000).nullish(),
        limit: limit(200, 1000),
      }),
    )
    .query(({ ctx, input }) => readOutput(ctx.services, input)),
})
