import { stringify } from 'yaml'
import { z } from 'zod'
import { scenarioProblems } from '../cases/scenario'
import type { WanLab } from '../domain/lab'
import { isImpairment, type Scenario, ScenarioSchema, scenarioMs, stepTimes } from '../domain/scenario'
import type { ScenarioImport } from '../domain/scenario-views'
import { importRunner, runnerWithoutPasswords } from './import-runner'
import { printRunnerFile, runnerFileOf } from './runner-file'
import { firstProblem, refuse, yamlData } from './yaml-text'

/** A text file beside the YAML. */
export type BesideFile = { name: string; text: string }

/** The lab's host of a name, "user@" before it or not: by its id, else the one whose address it is. */
function hostIdIn(lab: WanLab, name: string): string | null {
  const bare = name.slice(name.indexOf('@') + 1)
  const known = lab.hosts.find(({ id }) => id === bare) ?? lab.hosts.find(({ host }) => host === bare)
  return known?.id ?? null
}

/** Link changes and captures are done on the PVE host, wherever the file that they came from ran. */
const onPveHost = (scenario: Scenario, lab: WanLab): Scenario => ({
  ...scenario,
  steps: scenario.steps.map((step) =>
    isImpairment(step.action) || step.action.kind === 'capture' ? { ...step, host: lab.wan.pve.host } : step,
  ),
})

/** A number alone would be taken for ms, which nobody means who writes "at: 60". */
const time = z.union([z.string(), z.literal(0)], { error: 'expected a time with its unit, as "60s" or "1m30s"' })

/** What is looked at before a file of ours is read as a scenario. */
const OwnFileSchema = z.looseObject({
  files: z.record(z.string(), z.string()).default({}),
  steps: z.array(z.looseObject({ at: time, pause: time.optional() })),
})

function ownFormat(data: unknown, files: readonly BesideFile[]): Scenario {
  const given = OwnFileSchema.safeParse(data)
  if (!given.success) throw refuse(`no scenario: ${firstProblem(given.error)}`)
  const brought = Object.fromEntries(files.map(({ name, text }) => [name, text]))
  return checked({ ...given.data, files: { ...given.data.files, ...brought } })
}

function checked(content: unknown): Scenario {
  const parsed = ScenarioSchema.safeParse(content)
  if (parsed.success) return parsed.data
  throw refuse(`no scenario: ${firstProblem(parsed.error)}`)
}

/** Reads a scenario of ours, or translates a file of the team's runner for a lab. Throws `bad-input`. Keeps nothing. */
export function importScenario(text: string, files: readonly BesideFile[], lab: WanLab): ScenarioImport {
  const data = yamlData(text)
  const isOwn = typeof data === 'object' && data !== null && 'steps' in data && !('jobs' in data)
  const given = isOwn
    ? { content: ownFormat(data, files), commands: [], notes: [], source: null }
    : translated(data, files, lab)
  const content = onPveHost(given.content, lab)
  return {
    ...given,
    ...{ format: isOwn ? 'scenario' : 'runner', content },
    ...{ times: stepTimes(content.steps), lengthMs: scenarioMs(content), problems: scenarioProblems(content, lab) },
  }
}

function translated(data: unknown, files: readonly BesideFile[], lab: WanLab) {
  const file = runnerFileOf(data)
  const { scenario, commands, notes } = importRunner(file, {
    files: new Map(files.map(({ name, text }) => [name, text])),
    hostId: (name) => hostIdIn(lab, name),
    pveHost: lab.wan.pve.host,
  })
  return { content: checked(scenario), commands, notes, source: printRunnerFile(runnerWithoutPasswords(file)) }
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
