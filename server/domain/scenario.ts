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
  .refine((ms) => ms !== null, { message: 'expected a duration as "500ms", "60s", "1m30s" or "2h"' })
  .refine((ms) => ms === null || ms <= DAY_MS, { message: 'it is longer than a day' })
  .transform((ms) => ms ?? 0)

const PRESET_IDS = IMPAIRMENT_PRESETS.map(({ id }) => id) as [PresetId, ...PresetId[]]
/** A command line of a host ends at a NUL character. */
const text = z
  .string()
  .min(1)
  .refine((value) => !value.includes('\0'), { message: 'it holds a NUL character' })
/** Variables of a program by their names. */
const env = z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())

/** A script is one argument of a command line, and that takes 128 KiB. */
const MAX_SCRIPT_CHARS = 100 * 1024
/** What stands beside each of its commands to tell which one fails. */
const MARK_CHARS = 64

const fitsCommandLine = (commands: readonly string[]): boolean =>
  commands.reduce((sum, { length }) => sum + length + MARK_CHARS, 0) <= MAX_SCRIPT_CHARS

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
    /** The locust file on that host, relative to `workdir`; null: every user asks for the URL again and again. */
    file: text.nullable(),
    workdir: text.nullable().default(null),
    /** Copied to the workdir before. */
    files: z.array(text).default([]),
    env: env.default({}),
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
    commands: z.array(text).min(1).refine(fitsCommandLine, {
      message: 'they are more than a command line takes: put them into a file, and bring that along',
    }),
    workdir: text.nullable(),
    logfile: text.nullable(),
    env,
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

/** Id of the case that every run of a stored scenario is of. */
export const SCENARIO_CASE = 'SCENARIO'

const MAX_STEPS = 200
const MAX_FILE_CHARS = 256 * 1024
const MAX_CHARS = 1024 * 1024

/** Steps at relative times on several hosts, started together. */
export const ScenarioSchema = z
  .strictObject({
    title: text.max(200),
    steps: z.array(ScenarioStepSchema).min(1).max(MAX_STEPS),
    /** What steps copy to their hosts, by the name that they give it. */
    files: z.record(text.max(400), z.string().max(MAX_FILE_CHARS)).default({}),
  })
  .refine(({ steps }) => new Set(steps.map(({ id }) => id)).size === steps.length, {
    message: 'two steps have the same id',
  })
  .refine(
    ({ steps }) =>
      steps.every(({ after }, index) => after === null || steps.slice(0, index).some(({ id }) => id === after)),
    { message: 'a step can only wait for one before it' },
  )
  .refine((scenario) => JSON.stringify(scenario).length <= MAX_CHARS, {
    message: `it is larger than ${MAX_CHARS} characters, its files included`,
  })
export type Scenario = z.infer<typeof ScenarioSchema>

/** How long an action takes by itself, ms; null: nobody knows before. */
export function actionMs(action: ScenarioAction): number | null {
  if (action.kind === 'ping') return action.intervalMs * action.count
  if (action.kind === 'impair' || action.kind === 'apply-wcfg') return 0
  return action.kind === 'script' ? null : action.durationMs
}

/** Whether nothing but the end of all others ends a step. */
export const isOpenEnded = ({ kind, ...rest }: ScenarioAction): boolean =>
  (kind === 'capture' || kind === 'http-load') && 'durationMs' in rest && rest.durationMs === null

/** A step on the scenario's own time, ms from the common start. `endMs` null: it ends when it ends. */
export type StepTime = { id: string; startMs: number; endMs: number | null; isEarliest: boolean }

/** When each step begins and ends, as far as it is known before: what takes unknown time is taken for no time. */
export function stepTimes(steps: readonly ScenarioStep[]): StepTime[] {
  const times = new Map<string, StepTime>()
  for (const { id, at, after, pause, action } of steps) {
    const before = after === null ? undefined : times.get(after)
    const free = before ? (before.endMs ?? before.startMs) + pause : 0
    const length = actionMs(action)
    const startMs = Math.max(at, free)
    const isEarliest = before !== undefined && (before.isEarliest || before.endMs === null)
    times.set(id, { id, startMs, endMs: length === null ? null : startMs + length, isEarliest })
  }
  return [...times.values()]
}

/** From the common start to the end of what has a known one, ms. */
export const scenarioMs = ({ steps }: Pick<Scenario, 'steps'>): number =>
  Math.max(...stepTimes(steps).map(({ startMs, endMs }) => endMs ?? startMs))

/** Steps that change what a WANulator does. */
export const isImpairment = (action: ScenarioAction): action is Extract<ScenarioAction, { vm: number }> =>
  action.kind === 'impair' || action.kind === 'apply-wcfg'

/** Whether anything of it can be measured on the links: one is degraded, or packets are captured or sent. */
export const isMeasurable = ({ steps }: Pick<Scenario, 'steps'>): boolean =>
  steps.some(({ action }) => isImpairment(action) || action.kind === 'capture' || action.kind === 'ping')

/** The hosts of a scenario, in the order of their first steps. */
export const hostsOf = ({ steps }: Pick<Scenario, 'steps'>): string[] => [...new Set(steps.map(({ host }) => host))]
