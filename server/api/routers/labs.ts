import { z } from 'zod'
import { IdSchema } from '../../domain/ids'
import type { LabEntry, LabState } from '../../domain/views'
import { readExpectations } from '../expectations'
import { labView } from '../lab-view'
import type { Services } from '../services'
import { procedure, router } from '../trpc'

const labInput = z.object({ lab: IdSchema })

/** Quarantine, queue and last results: what changes when runs come and go. */
export const labState = async (services: Services, labId: string): Promise<LabState> => ({
  quarantine: await services.labState.quarantine(services.labs.get(labId).id),
  ...(await services.runs.labState(labId)),
})

export const labsRouter = router({
  /** Every configured lab file, the broken ones with their errors. */
  list: procedure.query(({ ctx }): LabEntry[] =>
    ctx.services.labs.list().map((entry) => {
      if (!entry.ok) return entry
      const { id, title, notes, allowDestructive } = entry.lab
      return { ok: true, id, title, notes: notes ?? null, allowDestructive, file: entry.file }
    }),
  ),
  /** The lab as declared, without the ways of logging in, and its topology as a graph. */
  get: procedure.input(labInput).query(({ ctx, input }) => labView(ctx.services.labs.get(input.lab))),
  /** Performance: expected, measured, when; from the lab's history. */
  expectations: procedure
    .input(labInput)
    .query(({ ctx, input }) => readExpectations(ctx.services, ctx.services.labs.get(input.lab))),
  state: procedure.input(labInput).query(({ ctx, input }) => labState(ctx.services, input.lab)),
  /** Live status as it changes; polling runs only while somebody is subscribed. */
  status: procedure.input(labInput).subscription(async function* ({ ctx, input, signal }) {
    const lab = ctx.services.labs.get(input.lab)
    yield* ctx.services.liveStatus.watch(lab.id, signal ?? new AbortController().signal)
  }),
  statusOnce: procedure
    .input(labInput)
    .query(({ ctx, input }) => ctx.services.liveStatus.once(ctx.services.labs.get(input.lab).id)),
  /** Brings a quarantined lab back to what it was before the run that left it dirty. */
  restore: procedure
    .input(labInput)
    .mutation(({ ctx, input }) => ctx.services.runner.restoreLab(ctx.services.labs.get(input.lab).id)),
  /** An engineer has looked: lifts the quarantine, with a note of why. */
  markClean: procedure
    .input(labInput.extend({ note: z.string().trim().min(1).max(1000) }))
    .mutation(({ ctx, input }) => ctx.services.runner.markClean(ctx.services.labs.get(input.lab).id, input.note)),
})
