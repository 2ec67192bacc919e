import type { EventBody, RunEvent } from '../domain/event'
import type { Interval } from '../domain/ids'
import type { Lab } from '../domain/lab'
import type { UndoEntry } from '../domain/ports'
import type { SampleRow } from '../domain/sample'
import type { LabSnapshot } from '../domain/snapshot'
import type { LabAccess } from '../drivers/at'
import { type AppError, asAppError } from '../errors'
import type { ClusterWatch } from './cluster-watch'
import type { RunnerDeps } from './deps'
import type { LeaseKeeper } from './lease-keeper'
import type { LiveProbe } from './live-probe'
import { Recorder } from './recorder'
import { Sockets } from './sockets'

/** A long-lived remote process of a run. */
export type Stream = { stop: () => Promise<void>; done: Promise<unknown> }

/** What one run holds while it goes on. Ends with it. */
export class RunSession {
  readonly recorder: Recorder
  readonly probes = new Map<string, LiveProbe>()
  readonly streams = new Map<string, Stream>()
  /** Observed in preflight: target id -> what to ask of ping -i, ms. */
  readonly intervalMs = new Map<string, number>()
  watch: ClusterWatch | null = null
  lease: LeaseKeeper | null = null
  /** The lab before anything was changed; null until preflight has read it. */
  before: LabSnapshot | null = null
  /** T0 on the target's clock. */
  fault: Interval | null = null
  /** The same on the app's clock, epoch ms; for waiting, not for measuring. */
  faultAtMs = 0
  /** What was put into the undo journal, in that order; read from here when the store cannot be read. */
  readonly undoEntries: UndoEntry[] = []
  readonly sockets = new Sockets()
  readonly #abort = new AbortController()
  #storeError: AppError | null = null

  constructor(
    readonly runId: string,
    readonly lab: Lab,
    readonly params: Record<string, unknown>,
    readonly deps: RunnerDeps,
  ) {
    this.recorder = new Recorder(lab, (body) => void this.emit(body).catch(() => {}))
  }

  /** Aborts on cancel and when the run cannot go on (store refuses, lease lost); the reason says which. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Why nothing more can be stored; null while all is well. */
  get storeError(): AppError | null {
    return this.#storeError
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason)
  }

  /** Stores, then shows. A store that refuses ends the run: what cannot be kept must not go on. */
  async emit(body: EventBody): Promise<RunEvent> {
    try {
      return await this.deps.events.append(this.runId, body)
    } catch (error) {
      this.#storeError ??= asAppError(error)
      this.abort(this.#storeError)
      throw error
    }
  }

  push(stream: string, rows: SampleRow[]): void {
    if (rows.length > 0) this.deps.samples.push(this.runId, stream, rows)
  }

  /** The lab's connections, recorded; `stream` names where the sample lines of a long-lived process go. */
  access(stream: string | null = null): LabAccess {
    return { lab: this.lab, pool: this.recorder.connections(this.deps.connections(this.lab), stream) }
  }

  tag(what: string): string {
    return `${this.runId}/${what}`
  }
}
