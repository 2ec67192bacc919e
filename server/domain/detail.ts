import type { Command, EventBody, RunEvent, StepOutcome } from './event'
import type { Place } from './ids'
import type { CriterionResult, Measurement, Report, RunContext, RunSummary } from './run'
import { type CaptureView, captureViews } from './wan-run'

type Body<K extends EventBody['kind']> = Omit<Extract<EventBody, { kind: K }>, 'kind'> & { seq: number; atMs: number }

/** A step as it went; times on the app's clock, epoch ms. `outcome` is null while it goes on. */
export type StepView = {
  id: string
  title: string
  budgetMs: number
  startedMs: number
  endedMs: number | null
  outcome: StepOutcome | null
  message: string | null
  /** Of a step of a scenario, which goes on beside others. */
  host?: string
}

/** A command as it was run. `durationMs` is null while it goes on. */
export type CommandView = {
  id: string
  stepId: string
  place: Place
  host: string
  argv: string[]
  startedMs: number
  durationMs: number | null
  exitCode: number | null
  /** What ended it from outside, as the run itself does with its probes. */
  signal: string | null
  /** Why its end was not seen, as when its connection was lost. */
  error: string | null
}

/** All that the Run page shows apart from samples and raw output: a reading of the event log, live and afterwards. */
export type RunDetail = {
  summary: RunSummary
  /** The last event that is in here; the cursor to go on from. */
  lastSeq: number
  steps: StepView[]
  commands: CommandView[]
  checks: Body<'check'>[]
  stateChanges: Body<'state-change'>[]
  faults: Body<'fault-injected'>[]
  configChanges: Body<'config-changed'>[]
  policiesSeen: Body<'policy-seen'>[]
  undos: Body<'undo-applied'>[]
  lease: Body<'lease'> | null
  snapshotCompared: Body<'snapshot-compared'> | null
  notes: Body<'note'>[]
  criteria: CriterionResult[]
  measurements: Measurement[]
  report: Report | null
  /** Of a run on a WAN's links, once they have ended. */
  captures: CaptureView[]
  context: RunContext | null
}

/** The detail of a run before its first event. */
export const emptyDetail = (summary: RunSummary): RunDetail => ({
  summary,
  lastSeq: 0,
  steps: [],
  commands: [],
  checks: [],
  stateChanges: [],
  faults: [],
  configChanges: [],
  policiesSeen: [],
  undos: [],
  lease: null,
  snapshotCompared: null,
  notes: [],
  criteria: [],
  measurements: [],
  report: null,
  captures: [],
  context: null,
})

const replace = <T extends { id: string }>(list: T[], item: T): T[] =>
  list.some((old) => old.id === item.id) ? list.map((old) => (old.id === item.id ? item : old)) : [...list, item]

const update = <T>(list: T[], which: (item: T) => boolean, change: Partial<T>): T[] => {
  const at = list.findLastIndex(which)
  return at < 0 ? list : list.map((item, i) => (i === at ? { ...item, ...change } : item))
}

const commandView = (id: string, stepId: string, command: Command, startedMs: number): CommandView => ({
  id,
  stepId,
  place: command.place,
  host: command.host,
  argv: command.argv,
  startedMs,
  durationMs: null,
  exitCode: null,
  signal: null,
  error: null,
})

function reduce(detail: RunDetail, event: RunEvent): Partial<RunDetail> {
  switch (event.kind) {
    case 'run-started':
      return { summary: { ...detail.summary, phase: 'running', startedAt: event.atMs, behind: null } }
    case 'context':
      return { context: { ...event.context, switches: event.context.switches ?? [] } }
    case 'step-started': {
      const { stepId: id, title, budgetMs, host, atMs: startedMs } = event
      const step = {
        id,
        title,
        budgetMs,
        startedMs,
        endedMs: null,
        outcome: null,
        message: null,
        ...(host && { host }),
      }
      return { steps: replace(detail.steps, step) }
    }
    case 'step-ended': {
      const { outcome, message, atMs: endedMs } = event
      return { steps: update(detail.steps, (s) => s.id === event.stepId, { outcome, message, endedMs }) }
    }
    case 'command-started':
      return {
        commands: [...detail.commands, commandView(event.commandId, event.stepId, event.command, event.atMs)],
      }
    case 'command-ended': {
      const { durationMs, exitCode, signal, error } = event
      const end = { durationMs, exitCode, signal, error }
      return { commands: update(detail.commands, (c) => c.id === event.commandId, end) }
    }
    case 'check':
      return { checks: replace(detail.checks, event) }
    case 'state-change':
      return { stateChanges: [...detail.stateChanges, event] }
    case 'fault-injected':
      return { faults: [...detail.faults, event] }
    case 'wan-captured':
      return { captures: captureViews(event.captured) }
    case 'config-changed':
      return { configChanges: [...detail.configChanges, event] }
    case 'policy-seen':
      return { policiesSeen: [...detail.policiesSeen, event] }
    case 'undo-applied':
      return { undos: [...detail.undos, event] }
    case 'lease':
      return { lease: event }
    case 'snapshot-compared':
      return { snapshotCompared: event, summary: { ...detail.summary, dirty: !event.equal } }
    case 'note':
      return { notes: [...detail.notes, event] }
    case 'criterion-judged':
      return { criteria: replace(detail.criteria, event.result) }
    case 'reported': {
      const { report } = event
      const summary = { ...detail.summary, verdict: report.verdict, failoverTime: report.headline }
      return { report, criteria: report.criteria, measurements: report.measurements, summary }
    }
    case 'run-ended': {
      const { ending, verdict, message, atMs: endedAt } = event
      return { summary: { ...detail.summary, phase: 'ended', ending, verdict, message, endedAt, behind: null } }
    }
    default:
      return {}
  }
}

/** The detail with one more event; an event that is already in it changes nothing, so a repeated backfill does no harm. */
export function applyEvent(detail: RunDetail, event: RunEvent): RunDetail {
  if (event.seq <= detail.lastSeq) return detail
  return { ...detail, ...reduce(detail, event), lastSeq: event.seq }
}

/** The detail of a run from its events, in order of seq. */
export const detailOf = (summary: RunSummary, events: Iterable<RunEvent>): RunDetail => {
  let detail = emptyDetail(summary)
  for (const event of events) detail = applyEvent(detail, event)
  return detail
}
