import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { scenarioProblems } from '../cases/scenario'
import type { WanLab } from '../domain/lab'
import { isImpairment, type Scenario, ScenarioSchema, scenarioMs, stepTimes } from '../domain/scenario'
import type { ScenarioImport } from '../domain/scenario-views'
import { AppError } from '../errors'
import { importRunner, runnerWithoutPasswords } from './import-runner'
import { parseRunnerFile, printRunnerFile } from './runner-file'

/** A text file beside the YAML. */
export type BesideFile = { name: string; text: string }

const MAX_CHARS = 1024 * 1024
const MAX_ALIASES = 50

const refuse = (why: string): AppError =>
  new AppError('bad-input', why, {
    hint: 'Expected the YAML of the runner ("jobs", each with host and commands) or of a scenario ("title" and "steps").',
  })

function yamlOf(text: string): unknown {
  if (text.length > MAX_CHARS) throw refuse(`the file has ${text.length} characters, more than ${MAX_CHARS}`)
  try {
    return parse(text, { maxAliasCount: MAX_ALIASES })
  } catch (cause) {
    throw refuse(`no YAML: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`)
  }
}

/** The lab's host of a name: by its id, else the one whose address it is. */
function hostIdIn(lab: WanLab, name: string): string | null {
  const known = lab.hosts.find(({ id }) => id === name) ?? lab.hosts.find(({ host }) => host === name)
  return known?.id ?? null
}

/** Link changes and captures are done on the PVE host, wherever the file that they came from ran. */
const onPveHost = (scenario: Scenario, lab: WanLab): Scenario => ({
  ...scenario,
  steps: scenario.steps.map((step) =>
    isImpairment(step.action) || step.action.kind === 'capture' ? { ...step, host: lab.wan.pve.host } : step,
  ),
})

function ownFormat(data: unknown, files: readonly BesideFile[]): Scenario {
  const brought = Object.fromEntries(files.map(({ name, text }) => [name, text]))
  const given = z.looseObject({ files: z.record(z.string(), z.string()).default({}) }).safeParse(data)
  const parsed = ScenarioSchema.safeParse(
    given.success ? { ...given.data, files: { ...given.data.files, ...brought } } : data,
  )
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  throw refuse(`no scenario: ${first?.path.join('.') || 'the file'}: ${first?.message ?? 'not readable'}`)
}

/** Reads a scenario of ours, or translates a file of the team's runner for a lab. Throws `bad-input`. Keeps nothing. */
export function importScenario(text: string, files: readonly BesideFile[], lab: WanLab): ScenarioImport {
  const data = yamlOf(text)
  const isOwn = typeof data === 'object' && data !== null && 'steps' in data && !('jobs' in data)
  const given = isOwn
    ? { content: ownFormat(data, files), commands: [], notes: [], source: null }
    : translated(text, files, lab)
  const content = onPveHost(given.content, lab)
  const checked = ScenarioSchema.safeParse(content)
  if (!checked.success) throw refuse(z.prettifyError(checked.error).split('\n')[0] ?? 'it is no scenario')
  return {
    ...given,
    ...{
      format: isOwn ? 'scenario' : 'runner',
      content,
      times: stepTimes(content.steps),
      lengthMs: scenarioMs(content),
    },
    problems: scenarioProblems(content, lab),
  }
}

function translated(text: string, files: readonly BesideFile[], lab: WanLab) {
  const file = parseRunnerFile(text)
  const beside = new Map(files.map(({ name, text: content }) => [name, content]))
  const { scenario, commands, notes } = importRunner(file, { files: beside, hostId: (name) => hostIdIn(lab, name) })
  return { content: scenario, commands, notes, source: printRunnerFile(runnerWithoutPasswords(file)) }
}

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(3))}s`

/** A scenario as a file of our own format; it reads back as the same. */
export const printScenario = ({ title, steps, files }: Scenario): string =>
  stringify(
    {
      title,
      steps: steps.map(({ at, after, pause, ...step }) => ({
        ...{ id: step.id, title: step.title, at: seconds(at) },
        ...(after === null ? {} : { after }),
        ...(pause === 0 ? {} : { pause: seconds(pause) }),
        ...{ host: step.host, action: step.action },
      })),
      ...(Object.keys(files).length === 0 ? {} : { files }),
    },
    { lineWidth: 0 },
  )
