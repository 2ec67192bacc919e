import { directionText, presetDirection, presetOf } from '../domain/impairment'
import type { Scenario, ScenarioStep } from '../domain/scenario'
import { parseWcfg } from '../drivers/wanulator/wcfg'
import { formOf } from '../drivers/wanulator/wcfg-form'
import { AppError } from '../errors'
import { type Known, presetOfName, type Recognised, recognise } from './recognise'
import { envOf, type RunnerFile, type RunnerJob, startMs, unknownKeys } from './runner-file'
import { type ScriptStatement, scriptStatements } from './statements'

/** What became of a command. `typed`: a step of its own; `raw`: part of a script as it was; `time`: a pause. */
export type ImportedCommand = {
  /** Counting from 0. */
  job: number
  host: string
  /** Passwords left out. */
  command: string
  becomes: 'typed' | 'raw' | 'time' | 'nothing'
  /** Id of the step. */
  step: string | null
  notes: string[]
}

export type RunnerImport = {
  scenario: Scenario
  commands: ImportedCommand[]
  /** About the file as a whole, or a job. */
  notes: string[]
}

export type RunnerImportOptions = {
  /** Files beside the YAML, by the name they have in `cp_files` or by the last part of it. */
  files?: ReadonlyMap<string, string>
  /** A host's id in the lab file; null: it has none of that name. */
  hostId?: (name: string) => string | null
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The third word of the team's expect scripts is a password: whatever it is, it is not to be kept. */
const withoutPassword = (command: string): string =>
  command.replace(/((?:send_cmd|cp_file)\.expect['"]?\s+\S+\s+)('[^']*'|"[^"]*"|\S+)/g, '$1•••')

/** What a `.wcfg` does, held against its name: a `drop_15` that drops everything has been seen. */
function wcfgNotes(name: string, text: string): string[] {
  const named = presetOfName(name)
  try {
    const forms = parseWcfg(text).interfaces.map((entry) => ({ name: entry.name, ...formOf(entry.functions) }))
    const does = forms.map(({ name: guest, direction }) => `${guest}: ${directionText(direction)}`).join('; ')
    const isAsNamed = !named || forms.some(({ direction }) => presetOf(direction) === named)
    const wrong =
      named && !isAsNamed ? [`${name} does not do what its name says (${directionText(presetDirection(named))})`] : []
    return [
      ...wrong,
      `it does: ${does}`,
      ...forms.flatMap(({ rest }) => rest.map((text) => `not understood in it: ${text}`)),
    ]
  } catch (error) {
    return [error instanceof AppError ? error.message : String(error)]
  }
}

class JobImport {
  readonly steps: ScenarioStep[] = []
  readonly commands: ImportedCommand[] = []
  #atMs: number
  /** The last step that was waited for. */
  #after: string | null = null
  /** Since its end. */
  #pauseMs = 0
  #script: { step: ScenarioStep; commands: string[] } | null = null

  constructor(
    private readonly job: RunnerJob,
    private readonly index: number,
    private readonly host: string,
    private readonly known: Known,
  ) {
    this.#atMs = startMs(job)
  }

  add(statement: ScriptStatement): void {
    const found = statement.argv && recognise(statement.argv, this.known)
    if (!found) this.#raw(statement)
    else if (found.kind === 'step') this.#typed(statement, found)
    else if (found.kind === 'pause') this.#pause(statement, found.durationMs)
    else this.#tell(statement.text, 'nothing', null, [found.why, ...found.notes])
  }

  #typed({ text, isBackground, outputs }: ScriptStatement, found: Extract<Recognised, { kind: 'step' }>): void {
    const { title, action, durationMs, notes } = found
    this.#script = null
    const step = this.#step(title, action)
    const about = action.kind === 'apply-wcfg' ? wcfgNotes(action.name, action.text) : []
    const output = outputs.length > 0 ? [`its output is kept with the run, not in ${outputs.join(', ')}`] : []
    this.#tell(text, 'typed', step.id, [...notes, ...about, ...output])
    if (isBackground) return
    this.#atMs += durationMs
    this.#waitFor(step)
  }

  #pause({ text, isBackground }: ScriptStatement, durationMs: number): void {
    if (isBackground) {
      this.#tell(text, 'nothing', null, ['a pause that nobody waits for'])
      return
    }
    this.#script = null
    this.#atMs += durationMs
    this.#pauseMs += durationMs
    this.#tell(text, 'time', null, [])
  }

  #waitFor({ id }: ScenarioStep): void {
    this.#after = id
    this.#pauseMs = 0
  }

  /** A command that no parser can read. */
  addText(text: string): void {
    this.#raw({ text, argv: null, isBackground: false, outputs: [] })
  }

  #raw({ text }: ScriptStatement): void {
    if (!this.#script) {
      const { workdir, logfile, cp_files: files } = this.job
      const commands: string[] = []
      const shape = { workdir: workdir ?? null, logfile: logfile ?? null, env: envOf(this.job), files }
      const step = this.#step('Commands as they were', { kind: 'script', commands, ...shape })
      this.#script = { step, commands }
      this.#waitFor(step)
    }
    this.#script.commands.push(text)
    const keepsPassword = withoutPassword(text) !== text ? ['it holds a password'] : []
    this.#tell(text, 'raw', this.#script.step.id, keepsPassword)
  }

  #step(title: string, action: ScenarioStep['action']): ScenarioStep {
    const id = `job${this.index + 1}-${this.steps.length + 1}`
    const wait = { at: this.#atMs, after: this.#after, pause: this.#after === null ? 0 : this.#pauseMs }
    const step = { id, title, ...wait, host: this.host, action }
    this.steps.push(step)
    return step
  }

  #tell(text: string, becomes: ImportedCommand['becomes'], step: string | null, notes: string[]): void {
    this.commands.push({ job: this.index, host: this.host, command: withoutPassword(text), becomes, step, notes })
  }
}

/**
 * A file of the team's runner as a timed scenario, with what became of each of its commands. Commands of a job follow each
 * other; what goes to the background does not hold up the next. Throws `bad-input` when nothing is left to do.
 */
export function importRunner(file: RunnerFile, options: RunnerImportOptions = {}): RunnerImport {
  const { files = new Map<string, string>(), hostId = (name) => name } = options
  const byBase = new Map([...files].map(([name, text]) => [base(name), text]))
  const known: Known = { wcfg: (name) => byBase.get(base(name)) ?? null }
  const notes: string[] = []
  const jobs = file.jobs.map((job, index) => {
    const host = hostId(job.host)
    if (host === null) notes.push(`job ${index + 1}: the lab file has no host "${job.host}"`)
    for (const key of unknownKeys(job)) notes.push(`job ${index + 1}: "${key}" is not known and left out`)
    const imported = new JobImport(job, index, host ?? job.host, known)
    for (const command of job.commands) {
      const statements = scriptStatements(command)
      if (statements) for (const statement of statements) imported.add(statement)
      else imported.addText(command)
    }
    return imported
  })
  const steps = jobs.flatMap((job) => job.steps)
  if (steps.length === 0) throw new AppError('bad-input', 'the runner file does nothing but wait')
  return {
    scenario: { title: file.name ?? 'Imported scenario', steps },
    commands: jobs.flatMap((job) => job.commands),
    notes,
  }
}
