import { directionText, presetDirection, presetOf } from '../domain/impairment'
import { isImpairment, type Scenario, type ScenarioAction, type ScenarioStep } from '../domain/scenario'
import type { ImportedCommand } from '../domain/scenario-views'
import { PASSWORD_VARIABLE } from '../drivers/armed'
import { parseWcfg } from '../drivers/wanulator/wcfg'
import { formOf } from '../drivers/wanulator/wcfg-form'
import { AppError } from '../errors'
import { type Known, presetOfName, type Recognised, recognise } from './recognise'
import { envOf, type RunnerFile, type RunnerJob, startMs, unknownKeys } from './runner-file'
import { jobStatements, REREAD_CHARS, type ScriptStatement } from './statements'

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
  /** Id of the PVE host; every host is taken for it unless told. */
  pveHost?: string
}

/** Statements of all jobs together; nobody writes more by hand. */
const MAX_STATEMENTS = 2000

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const PASSWORDS =
  'passwords in commands are left out; what needs one gets that of the WANulators’ consoles (wan.console of the lab file)'

const QUOTED = String.raw`(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*")`
const UNQUOTED = String.raw`(?:\\[^\n]|\$\([^)]{0,200}\)|\$(?!\([^)]{0,200}\))|[^\s'"\\$])+`
/** A word of a command line; the quote that ends what it stands in is none of it. */
const WORD = String.raw`(?:${QUOTED}|${UNQUOTED}(?:${QUOTED}(?=\s|$))?)`
const GAP = String.raw`(?:[ \t]|\\\n)+`
const PASSWORD = new RegExp(
  String.raw`((?:send_cmd|cp_file)\.expect['"]?${GAP}${WORD}${GAP})(?:${WORD}|['"][\s\S]*)`,
  'g',
)

/** The third word of the team's expect scripts is a password: it is not kept, and comes from the environment again. */
const withoutPassword = (command: string): string =>
  command.replace(PASSWORD, (_, before: string) => `${before}"$${PASSWORD_VARIABLE}"`)

/** The same file without the passwords in its commands. */
export const runnerWithoutPasswords = (file: RunnerFile): RunnerFile => ({
  ...file,
  jobs: file.jobs.map((job) => ({ ...job, commands: job.commands.map(withoutPassword) })),
})

/** What a `.wcfg` does, held against its name: a `drop_15` that drops everything has been seen. */
function wcfgNotes(name: string, text: string): string[] {
  const named = presetOfName(name)
  try {
    const forms = parseWcfg(text).interfaces.map((entry) => ({ name: entry.name, ...formOf(entry.functions) }))
    const does = forms.map(({ name: guest, direction }) => `${guest}: ${directionText(direction)}`).join('; ')
    const isNamed = ({ direction }: (typeof forms)[number]) => presetOf(direction) === named
    // One direction may be left as it is, but "good" is both.
    const isAsNamed = !named || (named === 'good' ? forms.every(isNamed) : forms.some(isNamed))
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

/** Files that a command itself writes, as far as its words tell. */
function writtenBy(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    const [, inline] = /^--csv=(.+)$/.exec(word) ?? []
    const next = word === '-w' || word === '--csv' ? argv[at + 1] : inline
    return next === undefined || next === '-' ? [] : [next]
  })
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
  /** A command has changed its shell. */
  #hasState = false

  constructor(
    private readonly job: RunnerJob,
    private readonly index: number,
    private readonly host: string,
    private readonly known: Known,
  ) {
    this.#atMs = startMs(job)
  }

  /** `later`: what comes after it in the same script. */
  add(statement: ScriptStatement, later: readonly { text: string }[]): void {
    const found = statement.argv && recognise(statement.argv, this.known)
    if (!found) this.#raw(statement)
    else if (found.kind === 'raw') this.#raw(statement, found.why)
    else if (found.kind === 'step') {
      const why = isImpairment(found.action) ? null : this.#needsShell(statement, later)
      if (why === null) this.#typed(statement, found)
      else this.#raw(statement, why)
    } else if (found.kind === 'pause' && this.#hasState && !statement.isBackground)
      this.#raw(statement, 'stays in the script whose variables and directory go on after it')
    else if (found.kind === 'pause') this.#pause(statement, found.durationMs)
    else this.#tell(statement.text, 'nothing', null, [found.why])
  }

  /** Why a command that is known stays in its shell; null: it need not. */
  #needsShell({ argv, outputs, isBackground }: ScriptStatement, later: readonly { text: string }[]): string | null {
    if (this.#hasState) return 'stays in the script whose variables and directory it goes on from'
    const [next] = later
    if (next?.text.includes('$?')) return 'stays a command: the next one asks how it ended'
    if (isBackground && later.some(({ text }) => /\$!|\bjobs\b|(?:kill|wait|fg)\s+%/.test(text)))
      return 'stays a command: a later one waits for its process'
    const file = [...outputs, ...writtenBy(argv ?? [])].find((path) => later.some(({ text }) => text.includes(path)))
    return file === undefined ? null : `stays a command: a later one reads ${file}`
  }

  #typed({ text, argv, isBackground, outputs }: ScriptStatement, found: Extract<Recognised, { kind: 'step' }>): void {
    const { title, durationMs, notes } = found
    const action = this.#withFiles(found.action)
    this.#script = null
    const step = this.#step(title, action)
    const about = action.kind === 'apply-wcfg' ? wcfgNotes(action.name, action.text) : []
    const written = [...outputs, ...writtenBy(argv ?? [])]
    const output = written.length > 0 ? [`its output is kept with the run, not in ${written.join(', ')}`] : []
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

  /** A locust file is looked for where the job works, and reads its variables. */
  #withFiles(action: ScenarioAction): ScenarioAction {
    if (action.kind !== 'http-load' || action.file === null) return action
    return { ...action, workdir: this.job.workdir ?? null, files: this.job.cp_files, env: envOf(this.job) }
  }

  #waitFor({ id }: ScenarioStep): void {
    this.#after = id
    this.#pauseMs = 0
  }

  /** A command that no parser can read. */
  addText(text: string): void {
    this.#raw({ text, argv: null, isBackground: false, outputs: [], keepsState: true })
  }

  #raw({ text: given, keepsState }: ScriptStatement, ...notes: string[]): void {
    const text = withoutPassword(given)
    if (!this.#script) {
      const { workdir, logfile, cp_files: files } = this.job
      const commands: string[] = []
      const shape = { workdir: workdir ?? null, logfile: logfile ?? null, env: envOf(this.job), files }
      const step = this.#step('Commands as they were', { kind: 'script', commands, ...shape })
      this.#script = { step, commands }
      this.#waitFor(step)
      if (this.#hasState) notes.push('a script of its own: variables and the directory set before do not hold in it')
    }
    this.#hasState ||= keepsState
    this.#script.commands.push(text)
    this.#tell(text, 'raw', this.#script.step.id, notes)
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
  const { files = new Map<string, string>(), hostId = (name) => name, pveHost } = options
  const byBase = new Map([...files].map(([name, text]) => [base(name), text]))
  const textOf = (name: string): string | null => files.get(name) ?? byBase.get(base(name)) ?? null
  const hasPasswords = file.jobs.some((job) => job.commands.some((text) => withoutPassword(text) !== text))
  const notes = hasPasswords ? [PASSWORDS] : []
  let left = MAX_STATEMENTS
  const reread = { chars: REREAD_CHARS }
  const jobs = file.jobs.map((job, index) => {
    const host = hostId(job.host) ?? job.host
    const note = (text: string) => notes.push(`job ${index + 1}: ${text}`)
    for (const key of unknownKeys(job)) note(`"${key}" is not known and left out`)
    for (const name of twice(job.cp_files.map(base))) note(`cp_files has two files named ${name}: only one is copied`)
    const known: Known = { wcfg: textOf, isPveHost: pveHost === undefined || host === pveHost }
    const imported = new JobImport(job, index, host, known)
    const statements = jobStatements(job.commands, reread)
    left -= statements.length
    if (left < 0) throw new AppError('bad-input', `the runner file has more than ${MAX_STATEMENTS} commands`)
    for (const [at, statement] of statements.entries())
      if (statement.argv === undefined) imported.addText(statement.text)
      else imported.add(statement, statements.slice(at + 1))
    return imported
  })
  const steps = jobs.flatMap((job) => job.steps)
  if (steps.length === 0) throw new AppError('bad-input', 'the runner file does nothing but wait')
  const needed = [...new Set(steps.flatMap(({ action }) => ('files' in action ? action.files : [])))]
  const brought = needed.map((name) => [name, textOf(name)] as const)
  const absent = brought.flatMap(([name, text]) => (text === null ? [name] : []))
  return {
    scenario: {
      title: file.name || 'Imported scenario',
      steps,
      files: Object.fromEntries(brought.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]))),
    },
    commands: jobs.flatMap((job) => job.commands),
    notes: [...notes, ...absent.map((name) => `${name} was not brought along: it has to be on its host already`)],
  }
}

const twice = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, at) => names.indexOf(name) !== at)),
]
