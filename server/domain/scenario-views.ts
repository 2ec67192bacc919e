import { z } from 'zod'
import type { RunSummary } from './run'
import type { Scenario, StepTime } from './scenario'

/** A scenario that a lab keeps. */
export type StoredScenario = {
  id: string
  lab: string
  title: string
  /** Names what it is: the same steps and files have the same. */
  contentId: string
  content: Scenario
  /** The team's runner file that it was imported from, without its passwords; null: it came from none. */
  source: string | null
  createdAt: number
  changedAt: number
}

export const ScheduleStateSchema = z.enum(['waiting', 'started', 'missed', 'cancelled', 'refused'])
export type ScheduleState = z.infer<typeof ScheduleStateSchema>

/** A run of a scenario at a wall-clock time. */
export type Schedule = {
  id: string
  lab: string
  scenarioId: string
  title: string
  contentId: string
  /** Common start of its steps, epoch ms. */
  atMs: number
  state: ScheduleState
  runId: string | null
  /** One sentence: why it did not run. */
  message: string | null
  createdAt: number
}

/** A schedule as a list shows it: with what became of its run. */
export type ScheduleView = Schedule & { run: Pick<RunSummary, 'phase' | 'ending' | 'verdict' | 'message'> | null }

/** A scenario as a list shows it: everything but the files' texts. */
export type ScenarioView = Omit<StoredScenario, 'content' | 'source'> & {
  content: Omit<Scenario, 'files'> & { files: { name: string; chars: number }[] }
  /** It can be exported as the runner file that it was imported from. */
  hasSource: boolean
  times: StepTime[]
  lengthMs: number
  /** Why it does not fit the lab as its file is now; empty when it does. */
  problems: string[]
  /** Of the run that it would be now. */
  params: Record<string, unknown>
}

/** What became of a command of the team's runner file. `typed`: a step of its own; `raw`: part of a script as it was; `time`: a pause. */
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

/** What an import would give, before anything is kept. */
export type ScenarioImport = {
  /** `scenario`: our own format, nothing to translate. */
  format: 'runner' | 'scenario'
  content: Scenario
  commands: ImportedCommand[]
  /** About the file as a whole, or a job. */
  notes: string[]
  times: StepTime[]
  lengthMs: number
  problems: string[]
  /** The runner file as it is kept, without its passwords; null: it was none. */
  source: string | null
}
