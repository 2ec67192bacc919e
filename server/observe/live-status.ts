import type { Impairment } from '../domain/impairment'
import type { AnyLab } from '../domain/lab'
import type { LabAccess } from '../drivers/at'
import { ConsoleTurns } from './console-turns'
import { LabPoller, type Listener, type LiveOptions } from './lab-poller'
import type { LabLive } from './live-types'

/**
 * What the labs look like now. A lab is polled only while somebody watches it, once for all who do; a dead host is part
 * of the picture, not an error.
 */
export class LiveStatus {
  private readonly pollers = new Map<string, LabPoller>()
  private readonly options: Required<LiveOptions>

  /** @param accessTo throws `not-found` for a lab that is not there */
  constructor(
    private readonly accessTo: (labId: string) => LabAccess<AnyLab>,
    { pauseMs = 1000, detailMs = 5000, consoleMs = 60_000 }: LiveOptions = {},
    private readonly turns = new ConsoleTurns(),
  ) {
    this.options = { pauseMs, detailMs, consoleMs }
  }

  /** Calls the listener after each poll until the returned function is called. */
  subscribe(labId: string, listener: Listener): () => void {
    return this.poller(labId).subscribe(listener)
  }

  /** What the last poll found; undefined before the first. */
  last(labId: string): LabLive | undefined {
    return this.poller(labId).last
  }

  /** The picture after each poll until the signal fires; a slow reader misses some, and gets the newest. */
  async *watch(labId: string, signal: AbortSignal): AsyncGenerator<LabLive> {
    let newest: LabLive | undefined
    let wake = () => {}
    const unsubscribe = this.subscribe(labId, (live) => {
      newest = live
      wake()
    })
    const onAbort = () => wake()
    signal.addEventListener('abort', onAbort)
    try {
      while (!signal.aborted) {
        if (newest) {
          const live = newest
          newest = undefined
          yield live
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      unsubscribe()
    }
  }

  /** One look, at most a poll old while somebody watches. */
  async once(labId: string): Promise<LabLive> {
    const poller = this.poller(labId)
    const age = Date.now() - (poller.last?.atMs ?? 0)
    if (poller.last && age < this.options.pauseMs) return poller.last
    return poller.whole(new AbortController().signal)
  }

  /** A run has changed a link; `impairment`: as it was read back, null: not known. */
  linkSet(labId: string, vm: number, impairment: Impairment | null): void {
    this.poller(labId).linkSet(vm, impairment)
  }

  /** The WANulators' consoles are read at the next poll, however young what is known of them is; after the run where one is on. */
  readAgain(labId: string): void {
    this.poller(labId).readAgain()
  }

  private poller(labId: string): LabPoller {
    const known = this.pollers.get(labId)
    if (known) return known
    const poller = new LabPoller(this.accessTo(labId), this.options, this.turns)
    this.pollers.set(labId, poller)
    return poller
  }
}
