import { START_LEAD_MS, scenarioParams, scenarioProblems } from '../cases/scenario'
import { formatUtc } from '../domain/format'
import { type AnyLab, type WanLab, wanPart } from '../domain/lab'
import type { ScenarioStore, ScheduleStore } from '../domain/ports'
import type { RunRequest, RunSummary } from '../domain/run'
import { SCENARIO_CASE, type Scenario, scenarioMs, stepTimes } from '../domain/scenario'
import type { ScenarioImport, ScenarioView, Schedule, ScheduleView, StoredScenario } from '../domain/scenario-views'
import { AppError } from '../errors'
import { type BesideFile, importScenario, printScenario } from './scenario-file'

export type ScenarioDeps = {
  /** Throws `not-found`. */
  lab: (labId: string) => AnyLab
  scenarios: ScenarioStore
  schedules: ScheduleStore
  start: (request: RunRequest) => Promise<{ id: string }>
  /** null: there is none. */
  run: (runId: string) => Promise<RunSummary | null>
  /** A schedule was added or taken away. */
  onScheduled: (schedule: Schedule) => void
}

const minutes = (ms: number): string => `${Math.ceil(ms / 60_000)} min`

type Runnable = Pick<StoredScenario, 'lab' | 'contentId' | 'content'>

/** So many of a lab's schedules are shown. */
const SHOWN_SCHEDULES = 50
const MAX_AHEAD_MS = 366 * 24 * 3_600_000
/** After the last step of a run until the lab is free for another, at a generous guess. */
const AFTER_MS = 60_000

/** What a lab has of scenarios, and what can be done with them. Methods reject with AppError. */
export class ScenarioService {
  constructor(private readonly deps: ScenarioDeps) {}

  async list(labId: string): Promise<{ scenarios: ScenarioView[]; schedules: ScheduleView[] }> {
    const lab = this.#lab(labId)
    const [scenarios, schedules] = await Promise.all([
      this.deps.scenarios.list(labId),
      this.deps.schedules.list(labId, SHOWN_SCHEDULES),
    ])
    return {
      scenarios: scenarios.map((scenario) => viewOf(scenario, lab)),
      schedules: await Promise.all(schedules.map((schedule) => this.#withRun(schedule))),
    }
  }

  /** What an import would give; nothing is kept. */
  read(labId: string, text: string, files: readonly BesideFile[]): ScenarioImport {
    return importScenario(text, files, this.#lab(labId))
  }

  /** Imports and keeps it, in place of the scenario `id` where one is named. */
  async save(given: {
    lab: string
    text: string
    files: readonly BesideFile[]
    title?: string
    id?: string
  }): Promise<ScenarioView> {
    const lab = this.#lab(given.lab)
    if (given.id !== undefined) await this.#unscheduled(given.lab, given.id)
    const { content, source } = importScenario(given.text, given.files, lab)
    const title = given.title ?? content.title
    const stored = await this.deps.scenarios.save(
      { lab: given.lab, title, content: { ...content, title }, source },
      given.id,
    )
    return viewOf(stored, lab)
  }

  async remove(labId: string, id: string): Promise<void> {
    await this.#unscheduled(labId, id)
    await this.deps.scenarios.remove(id)
  }

  /** The file of the team's runner that it was imported from, or one of our own format. */
  async export(labId: string, id: string, format: 'runner' | 'scenario'): Promise<{ name: string; text: string }> {
    const { title, content, source } = await this.#stored(labId, id)
    const name =
      title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'scenario'
    if (format === 'scenario') return { name: `${name}.scenario.yaml`, text: printScenario(content) }
    if (source !== null) return { name: `${name}.yaml`, text: source }
    throw new AppError('not-found', `"${title}" was not imported from a runner file`, {
      hint: 'Export it as a scenario.',
    })
  }

  /** Starts a run, or queues it. */
  async run(labId: string, id: string): Promise<{ id: string }> {
    const scenario = await this.#stored(labId, id)
    return this.deps.start(this.#request(scenario, null))
  }

  /** A run whose steps begin at a wall-clock time, epoch ms. */
  async schedule(labId: string, id: string, atMs: number): Promise<Schedule> {
    const scenario = await this.#stored(labId, id)
    const lab = this.#lab(labId)
    const [problem] = scenarioProblems(scenario.content, lab)
    if (problem) throw new AppError('bad-input', `the scenario does not fit ${lab.title}: ${problem}`)
    if (!lab.allowDestructive)
      throw new AppError('forbidden', `Scenarios may not run on ${lab.title}.`, {
        hint: `Set "allowDestructive: true" in its lab file to allow it.`,
      })
    if (atMs <= Date.now()) throw new AppError('bad-input', 'that time is past', { hint: 'Choose a later one.' })
    if (atMs < Date.now() + START_LEAD_MS)
      throw new AppError('bad-input', 'that time is less than a minute away', {
        hint: 'A minute before it the run begins, to have everything ready. Choose a later time, or run it now.',
      })
    if (atMs > Date.now() + MAX_AHEAD_MS) throw new AppError('bad-input', 'that time is more than a year away')
    await this.#refuseOverlap(labId, atMs, scenario.content)
    const { title, contentId } = scenario
    const schedule = await this.deps.schedules.create({ lab: labId, scenarioId: id, title, contentId, atMs })
    this.deps.onScheduled(schedule)
    return schedule
  }

  async cancel(labId: string, scheduleId: string): Promise<void> {
    const schedule = await this.deps.schedules.get(scheduleId)
    if (!schedule || schedule.lab !== labId) throw new AppError('not-found', `there is no schedule "${scheduleId}"`)
    if (schedule.state !== 'waiting')
      throw new AppError('conflict', `it does not wait any more: it is ${schedule.state}`, {
        hint: schedule.runId ? 'Cancel its run.' : undefined,
      })
    await this.deps.schedules.patch(scheduleId, { state: 'cancelled', message: 'cancelled before its time' })
    this.deps.onScheduled({ ...schedule, state: 'cancelled' })
  }

  /** What the runner is asked for when the time of a schedule comes near. */
  async requestFor({ lab, contentId, atMs }: Schedule): Promise<RunRequest> {
    const content = await this.deps.scenarios.content(contentId)
    if (content) return this.#request({ lab, contentId, content }, atMs)
    throw new AppError('not-found', `its content ${contentId} is gone`)
  }

  #request({ lab, contentId, content }: Runnable, startAtMs: number | null): RunRequest {
    return { lab, case: SCENARIO_CASE, params: scenarioParams(contentId, content, this.#lab(lab), startAtMs) }
  }

  /** Throws `conflict` for one whose time is to come: what runs then is what was scheduled. */
  async #unscheduled(labId: string, id: string): Promise<void> {
    const { title } = await this.#stored(labId, id)
    const waiting = (await this.#waiting(labId)).find(({ scenarioId }) => scenarioId === id)
    if (waiting)
      throw new AppError('conflict', `"${title}" is scheduled for ${formatUtc(waiting.atMs)}`, {
        hint: 'Cancel that first.',
      })
  }

  /** A lab runs one at a time: of two that overlap the second would be missed. Throws `conflict`. */
  async #refuseOverlap(labId: string, atMs: number, content: Scenario): Promise<void> {
    for (const other of await this.#waiting(labId)) {
      const theirs = await this.deps.scenarios.content(other.contentId)
      const apartMs = other.atMs - atMs
      const firstMs = apartMs >= 0 ? scenarioMs(content) : theirs ? scenarioMs(theirs) : 0
      const neededMs = firstMs + AFTER_MS + START_LEAD_MS
      if (Math.abs(apartMs) >= neededMs) continue
      const when =
        apartMs === 0 ? 'the same time' : `${minutes(Math.abs(apartMs))} ${apartMs > 0 ? 'after' : 'before'} that`
      throw new AppError('conflict', `"${other.title}" is scheduled for ${when}: one would hold up the other`, {
        hint: `Leave at least ${minutes(neededMs)} between their starts, or cancel that one.`,
      })
    }
  }

  async #waiting(labId: string): Promise<Schedule[]> {
    return (await this.deps.schedules.open()).filter(({ lab, state }) => lab === labId && state === 'waiting')
  }

  async #withRun(schedule: Schedule): Promise<ScheduleView> {
    const run = schedule.runId === null ? null : await this.deps.run(schedule.runId)
    if (!run) return { ...schedule, run: null }
    const { phase, ending, verdict, message } = run
    return { ...schedule, run: { phase, ending, verdict, message } }
  }

  async #stored(labId: string, id: string): Promise<StoredScenario> {
    this.#lab(labId)
    const found = await this.deps.scenarios.get(id)
    if (found?.lab === labId) return found
    throw new AppError('not-found', `there is no scenario "${id}" of this lab`, { hint: 'It may have been removed.' })
  }

  #lab(labId: string): WanLab {
    const whole = this.deps.lab(labId)
    const lab = wanPart(whole)
    if (lab) return lab
    throw new AppError('bad-input', `${whole.title} has no WAN: scenarios are for its links and hosts`)
  }
}

function viewOf({ content, source, ...stored }: StoredScenario, lab: WanLab): ScenarioView {
  const files = Object.entries(content.files).map(([name, text]) => ({ name, chars: text.length }))
  return {
    ...stored,
    ...{ content: { ...content, files }, hasSource: source !== null },
    ...{ times: stepTimes(content.steps), lengthMs: scenarioMs(content), problems: scenarioProblems(content, lab) },
    params: scenarioParams(stored.contentId, content, lab, null),
  }
}
