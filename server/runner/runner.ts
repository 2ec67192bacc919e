import { setTimeout as sleep } from 'node:timers/promises'
import { findCase } from '../cases'
import { blockedBecause, type CaseDefinition, labFor, parseParams } from '../cases/define'
import { manualReset } from '../cases/manual-failover'
import { withScenario } from '../cases/scenario'
import type { PlanStep } from '../domain/case'
import { type AnyLab, hasCluster, type Lab } from '../domain/lab'
import type { RunRequest } from '../domain/run'
import { SCENARIO_CASE } from '../domain/scenario'
import { AppError, asAppError } from '../errors'
import { askNodes, manualGroups } from '../observe/preflight'
import { PLAN_RUN_ID } from './actions/handler'
import type { RunnerDeps } from './deps'
import { executeRun } from './execute-run'
import { planOf } from './plan'
import { recoverRun, restoreQuarantined } from './recover'
import { newRunId } from './run-id'
import { RunSession } from './session'
import { LabSwitches } from './switches'

const FAILURE_PAUSE_MS = 5000
const LET_GO_MS = 2000

/** One run per lab; the others wait in the store, so the queue survives a restart. */
export class Runner {
  /** Lab id -> what it is busy with. */
  readonly #active = new Map<string, { runId: string; session: RunSession<AnyLab> | null; done: Promise<void> }>()
  readonly switches: LabSwitches
  #closing = false

  constructor(private readonly deps: RunnerDeps) {
    this.switches = new LabSwitches(deps, (labId, what, work) => this.#alone(labId, what, work))
  }

  /** Queues a run, or repeats of one, and starts it when the lab is free; `id` is the first one's. Throws `bad-input`, `not-found`, `forbidden`, `quarantined`, `conflict`. */
  async start(request: RunRequest): Promise<{ id: string; ids: string[] }> {
    const { lab, definition, params } = await this.#resolve(request)
    const blocked = blockedBecause(definition, lab, params)
    if (blocked) throw new AppError('forbidden', `${definition.id} may not run on ${lab.title}.`, { hint: blocked })
    const quarantine = await this.deps.labState.quarantine(lab.id)
    if (quarantine)
      throw new AppError('quarantined', `${lab.title} is quarantined: ${quarantine.reason}`, {
        hint: 'Restore it or mark it clean on the Lab page.',
      })
    const [busy] = definition.isImmediate ? await this.deps.runs.unfinished(lab.id) : []
    if (busy)
      throw new AppError('conflict', `${lab.title} is busy: run ${busy.id} (${busy.case}) has not ended`, {
        hint: 'Wait for it, or cancel it.',
      })
    if (request.resetFirst && hasCluster(lab))
      for (const redundancyGroup of await this.#manualGroups(lab))
        await this.#enqueue(lab, manualReset, { redundancyGroup })
    const ids: string[] = []
    for (let count = 0; count < (request.repeats ?? 1); count++) ids.push(await this.#enqueue(lab, definition, params))
    this.#go(lab.id)
    return { id: ids[0] ?? '', ids }
  }

  async #manualGroups(lab: Lab): Promise<number[]> {
    return manualGroups(await askNodes({ lab, pool: this.deps.connections(lab) }, { tag: 'observe/manual' }))
  }

  async #enqueue(lab: AnyLab, definition: CaseDefinition, params: Record<string, unknown>): Promise<string> {
    const id = newRunId()
    await this.deps.runs.create({
      ...{ id, lab, params, caseId: definition.id, caseTitle: definition.title },
      limitMs: definition.headline?.limitMs(lab) ?? null,
      ...(definition.headline ? { headlineTitle: definition.headline.title } : {}),
    })
    return id
  }

  /** What would be run, step by step; nothing is. */
  async plan(request: RunRequest): Promise<PlanStep[]> {
    const { lab, definition, params } = await this.#resolve(request)
    return planOf(lab, definition.steps(lab, params, PLAN_RUN_ID))
  }

  /** Ends a run: a queued one at once, a running one through its restore. Throws `not-found`, `conflict`. */
  async cancel(runId: string): Promise<void> {
    const run = await this.deps.runs.get(runId)
    if (!run) throw new AppError('not-found', `there is no run ${runId}`)
    const active = this.#active.get(run.lab)
    if (active?.runId === runId && active.session) {
      active.session.abort(new AppError('cancelled', 'cancelled by the engineer'))
      return
    }
    if (run.phase !== 'queued')
      throw new AppError('conflict', `run ${runId} cannot be cancelled: it is ${run.phase}`, {
        hint: run.phase === 'ended' ? 'It has ended already.' : 'Its restore goes on by itself.',
      })
    const end = { ending: 'cancelled', verdict: 'inconclusive', message: 'cancelled while it waited' } as const
    await this.deps.runs.patch(runId, { phase: 'ended', endedAt: Date.now(), ...end })
    await this.deps.events.append(runId, { kind: 'run-ended', ...end })
  }

  /** After a start: recovers what a crash left behind, lab by lab in the background, then goes on with the queues. */
  async recover(): Promise<void> {
    const labs = new Set((await this.deps.runs.unfinished()).map((run) => run.lab))
    for (const labId of labs) this.#go(labId)
  }

  /** Resolves when nothing runs any more; no new run is started from now on. Running ones are cancelled and restored. */
  async close(): Promise<void> {
    this.#closing = true
    const active = [...this.#active.values()]
    for (const { session } of active) session?.abort(new AppError('cancelled', 'the dashboard was stopped'))
    await Promise.all(active.map(({ done }) => done))
  }

  /** Restores a quarantined lab as far as the last run's record tells how. */
  async restoreLab(labId: string): Promise<void> {
    const lab = this.deps.lab(labId)
    const quarantine = await this.deps.labState.quarantine(labId)
    if (!quarantine) throw new AppError('conflict', `${lab.title} is not quarantined`)
    const run = await this.deps.runs.get(quarantine.runId)
    if (!run)
      throw new AppError('not-found', `the run ${quarantine.runId} is gone`, { hint: 'Mark the lab clean by hand.' })
    const definition = await this.#caseOf(run)
    const session = new RunSession(run.id, labFor(definition, lab), run.params, this.deps)
    if (this.#active.has(labId))
      throw new AppError('conflict', `${lab.title} is busy`, { hint: 'Wait for the run to end.' })
    await this.#occupy(labId, run.id, null, () => restoreQuarantined(session, definition))
    this.#go(labId)
  }

  async markClean(labId: string, note: string): Promise<void> {
    const lab = this.deps.lab(labId)
    const quarantine = await this.deps.labState.quarantine(labId)
    if (!quarantine) throw new AppError('conflict', `${lab.title} is not quarantined`)
    await this.deps.labState.setQuarantine(labId, null)
    const message = `marked clean by the engineer${note ? `: ${note}` : ''}`
    await this.deps.events.append(quarantine.runId, { kind: 'note', level: 'warning', message, hint: null })
    this.#go(labId)
  }

  async #resolve({ lab: labId, case: caseId, params: given }: RunRequest): Promise<{
    lab: AnyLab
    definition: CaseDefinition
    params: Record<string, unknown>
  }> {
    const whole = this.deps.lab(labId)
    const known = findCase(caseId)
    if (!known)
      throw new AppError('not-found', `there is no case "${caseId}"`, { hint: 'GET /api/v1/cases lists them.' })
    const lab = labFor(known, whole)
    const params = parseParams(known, given, lab)
    const definition = await this.#withContent(known, params)
    // What does not fit the lab is refused now, not when its turn comes.
    if (definition !== known) definition.steps(lab, params, PLAN_RUN_ID)
    return { lab, definition, params }
  }

  async #caseOf(run: { id: string; case: string; params: Record<string, unknown> }): Promise<CaseDefinition> {
    const definition = findCase(run.case)
    if (definition) return this.#withContent(definition, run.params)
    throw new AppError('not-found', `run ${run.id} is of a case that is gone: ${run.case}`)
  }

  /** A run of a scenario is of the case that its content makes. */
  async #withContent(definition: CaseDefinition, params: Record<string, unknown>): Promise<CaseDefinition> {
    if (definition.id !== SCENARIO_CASE) return definition
    const scenario = await this.deps.scenario(String(params.content))
    if (scenario) return withScenario(scenario, params)
    throw new AppError('not-found', `there is no scenario with the content ${params.content}`)
  }

  /** A lab whose file is gone keeps its unfinished runs until it is there again. */
  #go(labId: string): void {
    this.#pump(labId).catch((error: unknown) => {
      console.error(`failover-lab: the runs of lab "${labId}" wait: ${asAppError(error).message}`)
    })
  }

  /** Works off a lab's runs until none waits. */
  async #pump(labId: string): Promise<void> {
    while (!this.#closing && !this.#active.has(labId)) {
      const next = (await this.deps.runs.unfinished(labId))[0]
      if (!next || this.#active.has(labId) || this.#closing) return
      const whole = this.deps.lab(labId)
      const definition = findCase(next.case)
      const lab = definition ? labFor(definition, whole) : whole
      const session = new RunSession(next.id, lab, next.params, this.deps, () => this.#closing)
      await this.#occupy(labId, next.id, session, async () => {
        const definition = await this.#caseOf(next)
        if (next.phase === 'queued') await executeRun(session, definition)
        else await recoverRun(session, definition, next.phase)
      })
    }
  }

  /** Does a piece of work while no run goes on and none is started; false, and nothing is done, when the lab is busy. */
  async #alone(labId: string, what: string, work: () => Promise<void>): Promise<boolean> {
    const [waiting] = await this.deps.runs.unfinished(labId)
    // A run whose end is stored already lets go of the lab a moment later.
    if (!waiting) await Promise.race([this.#active.get(labId)?.done, sleep(LET_GO_MS)])
    if (waiting || this.#active.has(labId) || this.#closing) return false
    await this.#occupy(labId, what, null, work)
    this.#go(labId)
    return true
  }

  /** Keeps a lab busy for as long as the work takes; a failure is logged and slows down whatever comes next. */
  async #occupy(
    labId: string,
    runId: string,
    session: RunSession<AnyLab> | null,
    work: () => Promise<void>,
  ): Promise<void> {
    const done = (this.deps.takeConsoles?.(labId) ?? Promise.resolve(() => {}))
      .then((giveBack) => Promise.resolve().then(work).finally(giveBack))
      .catch(async (error: unknown) => {
        console.error(`failover-lab: run ${runId}: ${asAppError(error).message}`)
        await sleep(FAILURE_PAUSE_MS)
      })
    this.#active.set(labId, { runId, session, done })
    await done
    this.#active.delete(labId)
  }
}
