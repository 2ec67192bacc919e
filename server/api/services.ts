import type { CaseView, PlanStep } from '../domain/case'
import type { CheckProgress, LabCheck } from '../domain/check'
import type { RunEvent } from '../domain/event'
import type { JudgedRun } from '../domain/expectations'
import type { AnyLab } from '../domain/lab'
import type { CaptureFiles, LabStateStore, RunStore } from '../domain/ports'
import type { RunRequest } from '../domain/run'
import type { SampleRow } from '../domain/sample'
import type { LabState, LiveItem, RunFacets, RunFilter, RunPage, SwitchView, TrendPoint } from '../domain/views'
import type { EventLoopDelay } from '../event-loop'
import type { Sketch } from '../measure/thinning'
import type { LabLive } from '../observe/live-types'
import type { ScenarioService } from '../scenarios/service'
import type { LoadedLab } from '../topology/load'

export type { LabLive }

/** The history, searched. */
export interface RunHistory {
  list(filter: RunFilter, page: { limit: number; cursor: string | null }): Promise<RunPage>
  trend(filter: RunFilter, limit: number): Promise<TrendPoint[]>
  facets(): Promise<RunFacets>
  /** The newest completed runs of a case in a lab that were judged, newest first. */
  judged(labId: string, caseId: string, limit: number): Promise<JudgedRun[]>
  labState(labId: string): Promise<Omit<LabState, 'quarantine'>>
}

/** Everything that the procedures delegate to. Methods reject with AppError. */
export type Services = {
  labs: {
    list(): LoadedLab[]
    /** Throws AppError not-found. */
    get(labId: string): AnyLab
  }
  runs: Pick<RunStore, 'get' | 'snapshot' | 'unfinished'> & RunHistory
  labState: LabStateStore
  /** Stored events with seq > after, in order, at most `limit`. */
  events: { read(runId: string, after: number, limit: number): Promise<RunEvent[]> }
  samples: {
    streams(runId: string): Promise<string[]>
    /** Rows of one stream in index order, in chunks that do not hold up the event loop; unflushed rows included. */
    read(runId: string, stream: string, range?: SampleRange): AsyncIterable<SampleRows>
  }
  /** pcaps of WAN runs. */
  captures: Pick<CaptureFiles, 'read'>
  /** What charts need of long streams, so that nobody decodes an hour to draw it. */
  overviews: {
    /** At least so many rows as the range holds. */
    size(runId: string, stream: string, range?: SampleRange): Promise<number>
    /** Rows at both ends of a range of a stored stream. */
    ends(runId: string, stream: string, range: SampleRange): Promise<{ head: SampleRows; tail: SampleRows } | null>
    ended(runId: string, stream: string): Promise<Sketch | null>
    live(runId: string, stream: string): Promise<Sketch | null>
  }
  /** Backfill after `afterSeq`, then live; ends after the run's last event or on abort. */
  follow(runId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<LiveItem>
  liveStatus: {
    watch(labId: string, signal: AbortSignal): AsyncIterable<LabLive>
    once(labId: string): Promise<LabLive>
    /** Has the WANulators' consoles read now. */
    readAgain(labId: string): void
  }
  checks: {
    /** What is missing in a lab and how to mend it; one at a time for each lab, shared by who asks meanwhile. */
    check(labId: string): Promise<LabCheck>
    progress(labId: string): CheckProgress | null
  }
  cases: { views(lab: AnyLab): CaseView[]; operations(lab: AnyLab): CaseView[] }
  runner: {
    start(request: RunRequest): Promise<{ id: string; ids: string[] }>
    cancel(runId: string): Promise<void>
    plan(request: RunRequest): Promise<PlanStep[]>
    restoreLab(labId: string): Promise<void>
    markClean(labId: string, note: string): Promise<void>
  }
  switches: {
    list(labId: string): Promise<SwitchView[]>
    /** All of the lab's switches afterwards. */
    set(labId: string, id: string, on: boolean): Promise<SwitchView[]>
  }
  scenarios: Pick<ScenarioService, 'list' | 'read' | 'save' | 'remove' | 'export' | 'run' | 'schedule' | 'cancel'>
  /** Without a slash at the end. */
  publicUrl: string
  version: string
  eventLoop: () => EventLoopDelay
}

/** Rows first, first + 1, … */
export type SampleRows = { first: number; rows: SampleRow[] }

/** Bounds, all inclusive and optional: indexes, and epoch ms on the stream's own clock. */
export type SampleRange = { fromIndex?: number; toIndex?: number; fromMs?: number; toMs?: number }
