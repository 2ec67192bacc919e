import { stringify } from 'yaml'
import { z } from 'zod'
import { firstProblem, refuse, yamlData } from './yaml-text'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => String(value ?? ''))
const list = (value: unknown): unknown => (value === null || value === undefined ? [] : [value].flat())
const after = z.number().nonnegative().nullish()
const env = z
  .union([z.record(z.string().regex(/^[A-Za-z_]\w*$/), scalar), z.array(z.string().regex(/^[A-Za-z_]\w*=/))], {
    error: 'expected variables with their values, or a list of NAME=value',
  })
  .nullish()
/** `true` alone is a command, too. */
const command = z
  .union([z.string(), z.number(), z.boolean()], {
    error: 'expected a command as text; one that holds ": " or " #" has to stand in quotes',
  })
  .transform(String)

/** A job of the team's runner. Its commands run as one bash script with `set -e`; unknown keys are kept. */
export const RunnerJobSchema = z.looseObject({
  host: z.string().min(1),
  run_after_sec: after,
  run_after_min: after,
  run_after_hr: after,
  workdir: z.string().nullish(),
  logfile: z.string().nullish(),
  env,
  /** Relative to the YAML file. */
  cp_files: z.preprocess(list, z.array(z.string())),
  commands: z.preprocess(list, z.array(command).min(1, 'it has none')),
})
export type RunnerJob = z.infer<typeof RunnerJobSchema>

const MAX_JOBS = 100

/** The file of the team's runner, as it is written. */
export const RunnerFileSchema = z.looseObject(
  {
    name: z.string().nullish(),
    jobs: z
      .array(RunnerJobSchema, 'expected a list of jobs')
      .min(1, 'it has none')
      .max(MAX_JOBS, `it has more than ${MAX_JOBS}`),
  },
  { error: 'it has no "jobs"' },
)
export type RunnerFile = z.infer<typeof RunnerFileSchema>

const KNOWN = new Set(Object.keys(RunnerJobSchema.shape))

/** Keys of a job that nobody here knows. */
export const unknownKeys = (job: RunnerJob): string[] => Object.keys(job).filter((key) => !KNOWN.has(key))

/** Reads such a file's data. Throws `bad-input`, saying what is wrong where. */
export function runnerFileOf(data: unknown): RunnerFile {
  const parsed = RunnerFileSchema.safeParse(data)
  if (parsed.success) return parsed.data
  throw refuse(`no runner file: ${firstProblem(parsed.error)}`)
}

/** The same of its text. */
export const parseRunnerFile = (text: string): RunnerFile => runnerFileOf(yamlData(text))

/** The file's text; it reads back as the same. */
export const printRunnerFile = (file: RunnerFile): string => stringify(file, { lineWidth: 0 })

/** When a job begins, from the common start; its three times add up. */
export const startMs = ({ run_after_sec, run_after_min, run_after_hr }: RunnerJob): number =>
  Math.round(1000 * ((run_after_sec ?? 0) + 60 * (run_after_min ?? 0) + 3600 * (run_after_hr ?? 0)))

/** The job's variables, whichever way they are written. */
export function envOf({ env }: RunnerJob): Record<string, string> {
  if (!env) return {}
  if (!Array.isArray(env)) return env
  return Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
}
