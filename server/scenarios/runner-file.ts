import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { AppError } from '../errors'

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const list = (value: unknown): unknown => (value === null || value === undefined ? [] : [value].flat())
const after = z.number().nonnegative().nullish()

/** A job of the team's runner. Its commands run as one bash script with `set -e`; unknown keys are kept. */
export const RunnerJobSchema = z.looseObject({
  host: z.string().min(1),
  run_after_sec: after,
  run_after_min: after,
  run_after_hr: after,
  workdir: z.string().nullish(),
  logfile: z.string().nullish(),
  env: z.union([z.record(z.string(), scalar), z.array(z.string().regex(/^\w+=/, 'expected NAME=value'))]).nullish(),
  /** Relative to the YAML file. */
  cp_files: z.preprocess(list, z.array(z.string())),
  commands: z.preprocess(list, z.array(z.string()).min(1)),
})
export type RunnerJob = z.infer<typeof RunnerJobSchema>

/** The file of the team's runner, as it is written. */
export const RunnerFileSchema = z.looseObject({ name: z.string().nullish(), jobs: z.array(RunnerJobSchema).min(1) })
export type RunnerFile = z.infer<typeof RunnerFileSchema>

const KNOWN = new Set(Object.keys(RunnerJobSchema.shape))

/** Keys of a job that nobody here knows. */
export const unknownKeys = (job: RunnerJob): string[] => Object.keys(job).filter((key) => !KNOWN.has(key))

const MAX_CHARS = 256 * 1024
const MAX_ALIASES = 50

/** Reads such a file. Throws `bad-input`, saying what is wrong where. */
export function parseRunnerFile(text: string): RunnerFile {
  const hint = 'Expected the YAML of the runner: jobs, each with host and commands.'
  const refuse = (why: string) => new AppError('bad-input', `no runner file: ${why}`, { hint })
  if (text.length > MAX_CHARS) throw refuse(`${text.length} characters`)
  let data: unknown
  try {
    data = parse(text, { maxAliasCount: MAX_ALIASES })
  } catch (cause) {
    throw refuse(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause))
  }
  const parsed = RunnerFileSchema.safeParse(data)
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  throw refuse(`${first?.path.join('.') || 'the file'}: ${first?.message ?? 'not readable'}`)
}

/** The file's text; it reads back as the same. */
export const printRunnerFile = (file: RunnerFile): string => stringify(file, { lineWidth: 0 })

/** When a job begins, from the common start; its three times add up. */
export const startMs = ({ run_after_sec, run_after_min, run_after_hr }: RunnerJob): number =>
  1000 * ((run_after_sec ?? 0) + 60 * (run_after_min ?? 0) + 3600 * (run_after_hr ?? 0))

/** The job's variables, whichever way they are written. */
export function envOf({ env }: RunnerJob): Record<string, string> {
  if (!env) return {}
  if (!Array.isArray(env)) return env
  return Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
}
