import type { Connection, DesiredState } from '../domain/case'
import type { FlowSession } from '../domain/cluster'
import type { EventBody, RunEvent } from '../domain/event'
import { type AnyLab, hasCluster, type Lab, type WanLab } from '../domain/lab'
import type { UndoEntry } from '../domain/ports'
import type { RunContext } from '../domain/run'
import type { SampleRow } from '../domain/sample'
import type { LabSnapshot } from '../domain/snapshot'
import type { LabAccess } from '../drivers/at'
import type { RunningTool, ToolOptions } from '../drivers/tool'
import { AppError, asAppError } from '../errors'
import type { ClusterWatch } from './cluster-watch'
import type { RunnerDeps } from './deps'
import type { FactWatch } from './fact-watch'
import type { LeaseKeeper } from './lease-keeper'
import type { LiveProbe } from './live-probe'
import { Recorder } from './recorder'
import { Sockets } from './sockets'
import type { WanCapture } from './wan-capture'

/** "probe:internet" as the last part of a process tag. */
export const streamTag = (stream: string): string => stream.replace(':', '-')

/** What one run holds while it goes on. Ends with it. */
export class RunSession<L extends AnyLab = Lab> {
  readonly recorder: Recorder
  readonly probes = new Map<string, LiveProbe>()
  /** Sample stream id -> the process behind it. */
  readonly tools = new Map<string, RunningTool>()
  /** Observed in preflight: target id -> what to ask of ping -i, ms. */
  readonly intervalMs = new Map<string, number>()
  /** Targets that answer so late that one ping cannot send often enough. */
  readonly inPhases = new Set<string>()
  watch: ClusterWatch | null = null
  /** What else is asked of the nodes again and again: "policies", "sessions". */
  readonly factWatches = new Map<string, FactWatch<unknown>>()
  /** What is captured on a PVE host. */
  wanCapture: WanCapture | null = null
  /** The scheduled step whose HTTP load is shown on the run's axis. */
  httpStep: string | null = null
  lease: LeaseKeeper | null = null
  /** The lab before anything was changed; null until preflight has read it. */
  before: LabSnapshot | null = null
  /** What the case's faults leave to be put back, in the order in which it is applied. */
  undo: readonly DesiredState[] = []
  /** What is to be taken away, as declared (JSON) and as it was found. */
  readonly #found = new Map<string, Connection>()
  /** Clock offsets, reading by reading. */
  readonly clocks: RunContext['clocks'][] = []
  /** T0 on the app's clock, epoch ms; for waiting, not for measuring. 0 until there was a fault. */
  faultAtMs = 0
  /** What was put into the undo journal, in that order; read from here when the store cannot be read. */
  readonly undoEntries: UndoEntry[] = []
  readonly sockets = new Sockets()
  /** Node -> its session table before the fault. */
  readonly sessionsBefore = new Map<string, FlowSession[]>()
  readonly #abort = new AbortController()
  #storeError: AppError | null = null

  constructor(
    readonly runId: string,
    readonly lab: L,
    readonly params: Record<string, unknown>,
    readonly deps: RunnerDeps,
    /** Whether the dashboard is being stopped. */
    readonly isClosing: () => boolean = () => false,
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

  /** From now on the run goes by these in place of what the lab file declares. */
  find(answers: readonly { declared: Connection; found: Connection | null }[]): void {
    for (const { declared, found } of answers) if (found) this.#found.set(JSON.stringify(declared), found)
    this.undo = this.undo.map((desired) => this.#found.get(JSON.stringify(desired)) ?? desired)
  }

  /** A declared connection as it was found. Throws `internal` when nobody has looked. */
  foundFor(declared: Connection): Connection {
    const found = this.#found.get(JSON.stringify(declared))
    if (found) return found
    throw new AppError('internal', 'a connection is to be taken away that the preflight has not looked at')
  }

  push(stream: string, rows: SampleRow[]): void {
    if (rows.length > 0) this.deps.samples.push(this.runId, stream, rows)
  }

  /**
   * The lab's connections, recorded; `stream` names where the sample lines of a long-lived process go, `aside` as in
   * `Recorder.connections`.
   */
  access(stream: string | null = null, aside?: Parameters<Recorder['connections']>[2]): LabAccess<L> {
    return { lab: this.lab, pool: this.recorder.connections(this.deps.connections(this.lab), stream, aside) }
  }

  /** Options of the tool behind a sample stream: its tag, its rows and its lines. */
  tool(stream: string, durationS: number, signal: AbortSignal): ToolOptions & { signal: AbortSignal } {
    return {
      tag: this.tag(streamTag(stream)),
      timeoutMs: durationS * 1000,
      signal,
      onRows: (rows) => this.push(stream, rows),
      onOutput: (line, from) => this.recorder.line(stream, line, from),
    }
  }

  /** Ends the tools of one kind ("probe", "traffic", "capture") and waits for their last lines. */
  async stopTools(kind: string): Promise<void> {
    const matching = [...this.tools].filter(([stream]) => stream.startsWith(`${kind}:`))
    await Promise.all(matching.map(([, tool]) => tool.stop()))
    for (const [stream] of matching) this.tools.delete(stream)
    this.recorder.flush()
  }

  tag(what: string): string {
    return `${this.runId}/${what}`
  }
}

/** A run of a case on a cluster. Throws `internal` for another one. */
export function clusterSession(session: RunSession<AnyLab>): RunSession {
  if (hasCluster(session.lab)) return session as RunSession
  throw new AppError('internal', 'a step for a cluster in a run that has none')
}

/** A run of a case on a WAN's links. Throws `internal` for another one. */
export function wanSession(session: RunSession<AnyLab>): RunSession<WanLab> {
  if (!hasCluster(session.lab)) return session as RunSession<WanLab>
  throw new AppError('internal', 'a step for a WAN in a run on a cluster')
}
