import { z } from 'zod'
import type { RunEvent } from './event'
import type { Host, Lab, WanLab } from './lab'
import type { Quarantine } from './ports'
import { EndingSchema, type Measurement, type RunSummary, type Verdict, VerdictSchema } from './run'
import type { SampleBatch, SampleRow } from './sample'
import type { Wan } from './wan'

/** One entry of `labs.list`: a lab, or why its file could not be used (line and column count from 1). */
export type LabEntry =
  | { ok: true; id: string; title: string; notes: string | null; allowDestructive: boolean; file: string }
  | {
      ok: false
      id: string | null
      file: string
      errors: { line: number | null; column: number | null; message: string }[]
    }

/** A lab as a browser may see it: how it logs in (key files, variable names) is left out. */
export type PublicLab = Omit<Lab, 'hosts' | 'wan'> & { hosts: PublicHost[]; wan?: PublicWan }
/** The same of a lab of a WAN alone. */
export type PublicWanLab = Omit<WanLab, 'hosts' | 'wan'> & { hosts: PublicHost[]; wan: PublicWan }
export type AnyPublicLab = PublicLab | PublicWanLab
export type PublicHost = Omit<Host, 'keyFile' | 'agent' | 'passwordEnv'>
export type PublicWan = Omit<Wan, 'console'>

/** `partly`: on at some of its places only. `unknown`: it cannot be asked, or did not answer. */
export type SwitchState = 'on' | 'off' | 'partly' | 'unknown'

/** A switch as the API shows it: what it does, what it would run (exactly, per host), whether it is on. */
export type SwitchView = {
  id: string
  title: string
  expect: string | null
  /** Names of the hosts or instances that it acts on. */
  places: string[]
  on: SwitchCommand[]
  off: SwitchCommand[]
  state: SwitchState
}
export type SwitchCommand = { place: string; host: string; text: string }

/** What a lab's runs are up to. */
export type LabState = {
  quarantine: Quarantine | null
  /** Not ended, oldest first: the first one runs, the others wait. */
  queue: RunSummary[]
  /** Case id -> its newest ended run on this lab. */
  lastResults: Record<string, RunSummary>
}

/** What a run's live stream carries. Only `events` moves the cursor. */
export type LiveItem =
  /** Stored events in order of seq, no gap, nothing twice. */
  | { kind: 'events'; events: RunEvent[] }
  /** Backfill is done: a window fetched from now on meets the live samples without a gap. */
  | { kind: 'ready' }
  /** About every 30 ms; de-duplicate by (stream, index): rows are first, first + 1, … */
  | { kind: 'samples'; batches: SampleBatch[] }
  /** The row of the history changed (phase, verdict, place in the queue). */
  | { kind: 'summary'; summary: RunSummary }

/** Some rows of one stream, thinned out for a chart: rows[i] is the row with index indexes[i]. */
export type WindowSeries = {
  stream: string
  /** Of the rows inside the asked time range, before thinning; both null when there is none. */
  firstIndex: number | null
  lastIndex: number | null
  /** How many rows the range holds. */
  count: number
  indexes: number[]
  /** Columns as in SAMPLE_COLUMNS of the stream's kind. */
  rows: SampleRow[]
}

/** The time range that was asked for (null: open), and a series per stream. */
export type RunWindow = { fromMs: number | null; toMs: number | null; series: WindowSeries[] }

/** Raw output, verbatim: a piece of what one command printed. `cursor` goes on after it. */
export type OutputPiece = {
  cursor: string
  commandId: string
  from: 'stdout' | 'stderr'
  /** App clock; null for lines rebuilt from samples. */
  atMs: number | null
  text: string
}
export type OutputPage = { pieces: OutputPiece[]; next: string | null }

const list = z.array(z.string().min(1).max(200)).max(50)

/** Filters of the history; all optional, combined with "and", several values of one with "or". Dates are epoch ms. */
export const RunFilterSchema = z.object({
  labs: list.optional(),
  cases: list.optional(),
  verdicts: z.array(VerdictSchema).optional(),
  endings: z.array(EndingSchema).optional(),
  softwareVersions: list.optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
})
export type RunFilter = z.infer<typeof RunFilterSchema>

/** Newest first. `nextCursor` is null on the last page. */
export type RunPage = { runs: RunSummary[]; nextCursor: string | null }

/** One run in the plot of Failover Time over time, oldest first. */
export type TrendPoint = {
  id: string
  lab: string
  case: string
  /** Epoch ms. */
  startedAt: number
  verdict: Verdict | null
  failoverTime: Measurement
  limitMs: number | null
  softwareVersion: string | null
}

/** What there is to filter by. */
export type RunFacets = {
  labs: { id: string; title: string }[]
  cases: { id: string; title: string }[]
  softwareVersions: string[]
}
