import type { DesiredState } from './case'
import type { EventBody, RunEvent } from './event'
import type { RunEvidence } from './evidence'
import type { AnyLab } from './lab'
import type { Ending, Report, RunContext, RunPhase, RunSummary, Verdict } from './run'
import type { SampleRow, StreamId } from './sample'
import type { Scenario } from './scenario'
import type { Schedule, StoredScenario } from './scenario-views'
import type { LabSnapshot } from './snapshot'

/** Where the runner's events go: stored, then shown. Rejects when the store refuses (disk full, locked). */
export interface EventSink {
  append(runId: string, body: EventBody): Promise<RunEvent>
}

/** Where samples go: shown at once, stored in chunks at least each second. */
export interface SampleSink {
  push(runId: string, stream: StreamId, rows: SampleRow[]): void
  /** Resolves when all pushed rows are stored; rejects when the store refuses. */
  flush(runId: string): Promise<void>
  /** After the last row of the run: stores what is left and forgets it; merging follows in the background. */
  close(runId: string): Promise<void>
}

export type UndoEntry = {
  id: string
  runId: string
  order: number
  title: string
  desired: DesiredState
  applied: boolean
}

/** Desired states, durable (synchronous=FULL) before the change that they undo. */
export interface UndoJournal {
  record(runId: string, title: string, desired: DesiredState): Promise<UndoEntry>
  /** Not yet applied, last-in first. */
  open(runId: string): Promise<UndoEntry[]>
  markApplied(id: string): Promise<void>
}

export type NewRun = {
  id: string
  lab: AnyLab
  caseId: string
  caseTitle: string
  params: Record<string, unknown>
  limitMs: number | null
  /** What the limit is one of ("Failover Time"). */
  headlineTitle?: string
}

export type RunPatch = {
  phase?: RunPhase
  ending?: Ending
  verdict?: Verdict
  dirty?: boolean
  startedAt?: number
  endedAt?: number
  message?: string | null
  context?: RunContext
  snapshot?: LabSnapshot
  report?: Report
}

/** The runs as the runner needs them. The lab file's content at the start is stored with the run. */
export interface RunStore {
  create(run: NewRun): Promise<RunSummary>
  patch(runId: string, patch: RunPatch): Promise<void>
  get(runId: string): Promise<RunSummary | null>
  snapshot(runId: string): Promise<LabSnapshot | null>
  /** Everything not ended, oldest first: the queue, and after a crash what must be recovered. */
  unfinished(labId?: string): Promise<RunSummary[]>
  evidence(runId: string): Promise<RunEvidence<AnyLab>>
}

/** A pcap that is being written; nothing here rejects, for a run needs no file. */
export interface CaptureFile {
  readonly name: string
  /** `wholeBytes` of all so far are whole packets: the file ends there. */
  write(chunk: Uint8Array, wholeBytes: number): void
  close(): Promise<void>
  /** Of whole packets; 0 when it could not be written. */
  bytes(): number
  /** It had reached its cap, and what came afterwards is left out. */
  isCut(): boolean
}

/** Where the pcaps of a run are kept for download. */
export interface CaptureFiles {
  open(runId: string, name: string): Promise<CaptureFile>
  read(runId: string, name: string): Promise<{ bytes: number; body: ReadableStream<Uint8Array> }>
}

export type Quarantine = { reason: string; differences: string[]; runId: string; sinceMs: number }

/** Labs that were left different from before: no run starts there until restored or marked clean. */
export interface LabStateStore {
  quarantine(labId: string): Promise<Quarantine | null>
  setQuarantine(labId: string, quarantine: Quarantine | null): Promise<void>
}

/** What the lease directory on the lab host says. */
export type LeaseInfo = { runId: string; owner: string; deadlineMs: number; armedMs: number }

export type NewScenario = { lab: string; title: string; content: Scenario; source: string | null }

/** The scenarios of labs. What a run was started with stays readable, whatever becomes of the scenario. */
export interface ScenarioStore {
  /** By title. */
  list(labId: string): Promise<StoredScenario[]>
  /** null: there is none. */
  get(id: string): Promise<StoredScenario | null>
  /** A new one, or another content for the one with that id. */
  save(scenario: NewScenario, id?: string): Promise<StoredScenario>
  remove(id: string): Promise<void>
  /** null: there is none. */
  content(contentId: string): Promise<Scenario | null>
}

export type NewSchedule = Omit<Schedule, 'id' | 'state' | 'runId' | 'message' | 'createdAt'>
export type SchedulePatch = Partial<Pick<Schedule, 'state' | 'runId' | 'message'>>

/** Runs at wall-clock times; on the disk before they are promised. */
export interface ScheduleStore {
  create(schedule: NewSchedule): Promise<Schedule>
  get(id: string): Promise<Schedule | null>
  patch(id: string, patch: SchedulePatch): Promise<void>
  /** The latest of a lab, by their time, latest first. */
  list(labId: string, limit: number): Promise<Schedule[]>
  /** Of all labs: those that wait, and those that were about to be started. */
  open(): Promise<Schedule[]>
}
