import { z } from 'zod'
import { IdSchema } from './ids'
import { IMPAIRMENT_PRESETS, type PresetId } from './impairment'

const DAY_MS = 24 * 3_600_000
const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** "500ms", "60s", "1m30s", "2h" as ms; null when it is none. Without a unit it is none: nobody knows which. */
export function durationMs(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return null
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0)
}

/** A duration of at most a day; ms once it is parsed. */
export const DurationSchema = z
  .union([z.string(), z.number().nonnegative()])
  .transform((value) => (typeof value === 'number' ? value : durationMs(value)))
  .refine((ms) => ms !== null && ms <= DAY_MS, {
    message: 'expected a duration as "500ms", "60s", "1m30s" or "2h"',
  })
  .transform((ms) => ms ?? 0)

const PRESET_IDS = IMPAIRMENT_PRESETS.map(({ id }) => id) as [PresetId, ...PresetId[]]
const text = z.string().min(1)

/** What a step of a timed scenario does. */
export const ScenarioActionSchema = z.discriminatedUnion('kind', [
  /** A preset, in one direction or in both. */
  z.strictObject({
    kind: z.literal('impair'),
    vm: z.int(),
    preset: z.enum(PRESET_IDS),
    direction: z.enum(['both', 'to-isp', 'to-router']).default('both'),
  }),
  /** A `.wcfg` as it is. */
  z.strictObject({ kind: z.literal('apply-wcfg'), vm: z.int(), name: text, text }),
  z.strictObject({
    kind: z.literal('ping'),
    target: text,
    intervalMs: z.number().positive(),
    count: z.int().positive(),
  }),
  z.strictObject({
    kind: z.literal('capture'),
    nics: z.array(text).min(1),
    durationMs: z.number().positive().nullable(),
  }),
  z.strictObject({
    kind: z.literal('http-load'),
    url: text,
    users: z.int().positive(),
    spawnPerS: z.number().positive(),
    durationMs: z.number().positive().nullable(),
    /** The locust file on that host. */
    file: text.nullable(),
  }),
  z.strictObject({
    kind: z.literal('throughput'),
    server: text,
    port: z.int().min(1).max(65_535),
    durationMs: z.number().positive(),
    parallel: z.int().positive(),
    direction: z.enum(['upload', 'download']),
  }),
  /** What nobody could read: run as one bash script with `set -e`, as it was. */
  z.strictObject({
    kind: z.literal('script'),
    commands: z.array(text).min(1),
    workdir: text.nullable(),
    logfile: text.nullable(),
    env: z.record(z.string(), z.string()),
    /** Copied to the workdir before. */
    files: z.array(text),
  }),
])
export type ScenarioAction = z.infer<typeof ScenarioActionSchema>

export const ScenarioStepSchema = z.strictObject({
  id: IdSchema,
  title: text,
  /** From the common start of all hosts. */
  at: DurationSchema,
  /** Begins not before this one has ended, either: they were one script. */
  after: IdSchema.nullable().default(null),
  /** So long after its end at least. */
  pause: DurationSchema.default(0),
  /** Id of the host in the lab file, or the name that the imported file gives it. */
  host: text,
  action: ScenarioActionSchema,
})
export type ScenarioStep = z.infer<typeof ScenarioStepSchema>

/** Steps at relative times on several hosts, started together. */
export const ScenarioSchema = z
  .strictObject({ title: text, steps: z.array(ScenarioStepSchema).min(1) })
  .refine(
    ({ steps }) =>
      steps.every(({ after }, index) => after === null || steps.slice(0, index).some(({ id }) => id === after)),
    { message: 'a step can only wait for one before it' },
  )
export type Scenario = z.infer<typeof ScenarioSchema>
