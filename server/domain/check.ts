import { z } from 'zod'
import { PlaceSchema } from './ids'

/** What a finding is about; how they are told apart on the page. */
export const CheckGroupSchema = z.enum([
  'host',
  'instance',
  'tool',
  'interface',
  'cluster',
  'clock',
  'traffic',
  'lease',
])
export type CheckGroup = z.infer<typeof CheckGroupSchema>

/** `missing`: not there, or it does not answer. `differs`: there, but not as it should be. `unknown`: could not be read. */
export const FindingStatusSchema = z.enum(['ok', 'missing', 'differs', 'unknown'])
export type FindingStatus = z.infer<typeof FindingStatusSchema>

/** A command for a terminal on an SSH host of the lab file (its id). */
export const MendSchema = z.object({ host: z.string(), command: z.string() })
export type Mend = z.infer<typeof MendSchema>

/** What the lab file says of one property, and what is there; one line of at most 300 characters each. */
export const DifferenceSchema = z.object({
  what: z.string().describe('the property, e.g. "MAC"'),
  declared: z.string(),
  found: z.string(),
  where: z.string().describe('where it was found, e.g. "ip link in bpfrx-fw0"'),
})
export type Difference = z.infer<typeof DifferenceSchema>

/** One thing that was looked at. What devices said is cut to one line of at most 300 characters. */
export const FindingSchema = z.object({
  id: z.string().describe('the same at every check of this lab, e.g. "tool/cluster-lan-host/iperf3"'),
  group: CheckGroupSchema,
  place: PlaceSchema.nullable().describe('null: the cluster as a whole'),
  title: z.string(),
  status: FindingStatusSchema,
  found: z.string(),
  expected: z.string().nullable().describe('null: nothing particular, e.g. a version that is only recorded'),
  differences: z
    .array(DifferenceSchema)
    .describe('declared against found, property by property; empty where "expected" and "found" say all'),
  mend: MendSchema.nullable().describe('null: fine, or no command would do'),
  hint: z.string().nullable(),
})
export type Finding = z.infer<typeof FindingSchema>

/** What could not be looked at because of something else: another finding, or a run that it would disturb. */
export const SkippedSchema = z.object({ place: PlaceSchema.nullable(), what: z.string(), reason: z.string() })
export type Skipped = z.infer<typeof SkippedSchema>

/** A whole check of one lab; epoch ms on the app's clock. */
export const LabCheckSchema = z.object({
  lab: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  run: z
    .object({ id: z.string(), owner: z.string().nullable().describe('null: this dashboard') })
    .nullable()
    .describe('the run that was going on; what would disturb it was skipped'),
  findings: z.array(FindingSchema),
  skipped: z.array(SkippedSchema),
})
export type LabCheck = z.infer<typeof LabCheckSchema>

/** How far a check that is going on has come. */
export type CheckProgress = { startMs: number; step: string; done: number; of: number }

/** What somebody has to look at. */
export const needsAttention = (finding: Finding): boolean => finding.status !== 'ok'
