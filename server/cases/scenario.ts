import { z } from 'zod'
import type { Action, DesiredState, Step } from '../domain/case'
import type { WanLab } from '../domain/lab'
import { isImpairment, isMeasurable, SCENARIO_CASE, type Scenario, scenarioMs } from '../domain/scenario'
import { wanLinks } from '../domain/wan'
import { AppError } from '../errors'
import { begunInTime, everyStepDone, startedTogether } from './criteria/schedule'
import { gapsWithinLimit } from './criteria/wan'
import { trafficComesBack } from './criteria/wan-paths'
import { requestsSucceed } from './criteria/wan-traffic'
import { type CaseDefinition, defineWanCase } from './define'
import { step } from './steps'
import { type Part, wanNeeds, wanSteps } from './wan-links'

/** After the last step: loss and paths as they are then. */
const TAIL_MS = 5000
/** Until all hosts are armed, and for consoles that are slow. */
const ARM_BUDGET_MS = 90_000
/** A run for a wall-clock time is begun so long before it. */
export const START_LEAD_MS = 60_000
/** A start that is missed by more is none: nobody would know that it runs, or wait for it. */
export const START_LATE_MS = 5000

const params = z.object({
  /** Id of the content that it was started with. */
  content: z.string().min(1).max(64),
  measure: z.boolean().default(true),
  degrades: z.boolean().default(true),
  http: z.boolean().default(false),
  /** Common start, epoch ms; 0: at once. */
  startAtMs: z.number().min(0).default(0),
  /** It has a time to begin at. */
  scheduled: z.boolean().default(false),
  limitS: z.number().min(1).max(86_400).default(3600),
})
export type ScenarioParams = z.infer<typeof params>

/** Runs of stored scenarios, as far as they are known without their steps. */
export const scenarioCase: CaseDefinition = defineWanCase({
  id: SCENARIO_CASE,
  title: 'Timed scenario',
  objective: 'Steps at relative times on several hosts, started together; afterwards every link is good again.',
  destructive: true,
  params,
  headline: { title: 'Failover Time', limitMs: ({ expectations }) => expectations.linkGapMs },
  criteria: [
    everyStepDone,
    startedTogether,
    { ...begunInTime, when: 'scheduled' },
    { ...gapsWithinLimit, when: 'degrades' },
    { ...trafficComesBack, when: 'degrades' },
    requestsSucceed,
  ],
  steps: () => {
    throw new AppError('internal', 'the steps of a scenario are known with its content only')
  },
})

/** The parameters of a run of a scenario, as its content asks for them. */
export const scenarioParams = (
  content: string,
  scenario: Scenario,
  lab: WanLab,
  startAtMs: number | null,
): ScenarioParams => {
  const measure = isMeasurable(scenario) && wanNeeds(lab) === null
  return params.parse({
    ...{ content, measure, startAtMs: startAtMs ?? 0, scheduled: startAtMs !== null },
    degrades: measure && scenario.steps.some(({ action }) => isImpairment(action)),
    http: scenario.steps.some(({ action }) => action.kind === 'http-load'),
  })
}

/** What has to be right of a scenario for a lab; empty when it can be run there. */
export function scenarioProblems(scenario: Scenario, lab: WanLab): string[] {
  const hosts = new Set(lab.hosts.map(({ id }) => id))
  const vms = new Set(lab.wan.wanulators.map(({ vm }) => vm))
  const nics = new Set(lab.wan.nics.map(({ name }) => name))
  const steps = new Map<string, string[]>()
  const missing = (what: string, id: string) => steps.set(what, [...(steps.get(what) ?? []), id])
  for (const { id, host, action } of scenario.steps) {
    const mayBeNamed = isImpairment(action) || action.kind === 'capture'
    if (!mayBeNamed && !hosts.has(host)) missing(`host "${host}"`, id)
    if (isImpairment(action) && !vms.has(action.vm)) missing(`WANulator ${action.vm}`, id)
    if (action.kind === 'capture')
      for (const nic of action.nics.filter((name) => !nics.has(name))) missing(`NIC "${nic}" of the PVE host`, id)
  }
  return [...steps].map(([what, ids]) => `${ids.join(', ')}: the lab file has no ${what}`)
}

/** Every link that any step may touch: those of its WANulators, and all where a script does what nobody can read. */
function undoOf({ steps }: Scenario, { wan }: WanLab): DesiredState[] {
  const hasScript = steps.some(({ action }) => action.kind === 'script')
  const named = steps.flatMap(({ action }) => (isImpairment(action) ? [action.vm] : []))
  const all = hasScript ? wanLinks(wan).map(({ wanulator }) => wanulator.vm) : []
  return [...new Set([...named, ...all])].map((vm) => ({ kind: 'link-good', vm }))
}

function stepsOf(scenario: Scenario, lab: WanLab, given: ScenarioParams): Step[] {
  const problems = scenarioProblems(scenario, lab)
  if (problems.length > 0)
    throw new AppError('bad-input', `the scenario does not fit ${lab.title}: ${problems.join('; ')}`, {
      hint: 'Change the hosts of the scenario or the lab file, and import it again.',
    })
  const { steps, files } = scenario
  const limitMs = given.limitS * 1000
  const startAtMs = given.startAtMs > 0 ? given.startAtMs : null
  const isBounded = steps.every(({ action }) => action.kind !== 'script')
  const lengthMs = scenarioMs(scenario) + (isBounded ? 0 : limitMs) + (startAtMs === null ? 0 : START_LEAD_MS)
  const schedule: Action = { kind: 'run-schedule', steps, files, startAtMs, limitMs, undo: undoOf(scenario, lab) }
  const budgetMs = lengthMs + ARM_BUDGET_MS + TAIL_MS
  if (!given.measure)
    return [
      step('preflight', 'Preflight: every WANulator reads good', 120_000, [
        { kind: 'preflight', targets: [], tools: ['socat', 'ss'] },
      ]),
      step('schedule', scenario.title, budgetMs, [schedule]),
      step('collect', 'Read the clocks again', 30_000, [{ kind: 'read-clocks' }]),
    ]
  const nics = steps.flatMap(({ action }) => (action.kind === 'capture' ? action.nics : []))
  const part: Part = { id: 'schedule', title: scenario.title, changes: [schedule], ms: TAIL_MS, budgetMs }
  return wanSteps(lab, { durationS: budgetMs / 1000, http: false, probe: 'ping', nics }, [part])
}

/** The case of one scenario. */
export const withScenario = (scenario: Scenario, given: Record<string, unknown>): CaseDefinition => ({
  ...scenarioCase,
  title: scenario.title,
  headline: given.degrades === true ? scenarioCase.headline : null,
  steps: (lab, checked) => stepsOf(scenario, lab as WanLab, params.parse(checked)),
})
