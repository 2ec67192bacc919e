import { z } from 'zod'
import { IntervalSchema } from './ids'

/** How a step of a scenario went. Times are the app's clock, epoch ms, where they say nothing else. */
export const ScheduledStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  host: z.string(),
  /** When it was to begin: its time from the common start, or the end of the step before it and its pause. */
  plannedMs: z.number(),
  /** A step that is to begin with the time of the scenario; false: it waited for another one. */
  isOnTime: z.boolean(),
  /** When it began; null: never. `stamp`: by that host's own clock, its offset's error is in the interval. */
  began: IntervalSchema.nullable(),
  stamp: z.enum(['host', 'console', 'none']),
  endedMs: z.number(),
  outcome: z.enum(['ok', 'failed', 'skipped']),
  /** Its command, as the failed one is named; null where there is none. */
  command: z.string().nullable(),
  exitCode: z.number().nullable(),
  /** Why it is not ok, or what has to be known of it; in a sentence. */
  message: z.string().nullable(),
})
export type ScheduledStep = z.infer<typeof ScheduledStepSchema>
