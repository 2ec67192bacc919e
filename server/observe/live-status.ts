import type { LabAccess } from '../drivers/at'
import { delay } from '../transport/retry'
import { hostClock, hostHealth, instanceLinks, leaseInfo, nodeAnswer, nodeDetails } from './live-poll'
import type { HostHealth, LabLive, NodeLive } from './live-types'

export type LiveOptions = {
  /** Pause between the end of a poll and the next one. */
  pauseMs?: number
  /** Interfaces, weights, links and clocks change rarely: read again when they are this old. */
  detailMs?: number
}

type Listener = (live: LabLive) => void

/** What is read rarely. */
type Details = {
  readMs: number
  nodes: Map<string, Pick<NodeLive, 'interfaces' | 'information'>>
  clocks: Map<string, HostHealth['clock']>
  links: Record<string, boolean>
}

const NO_DETAILS: Details = { readMs: Number.NEGATIVE_INFINITY, nodes: new Map(), clocks: new Map(), links: {} }

/** Polls one lab for all who watch it. */
class LabPoller {
  private readonly listeners = new Set<Listener>()
  private details = NO_DETAILS
  private running: AbortController | undefined
  private polling: Promise<LabLive> | undefined
  last: LabLive | undefined

  constructor(
    private readonly access: LabAccess,
    private readonly options: Required<LiveOptions>,
  ) {}

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    if (!this.running) {
      this.running = new AbortController()
      void this.loop(this.running.signal)
    } else if (this.last) listener(this.last)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      this.running?.abort()
      this.running = undefined
    }
  }

  /** One poll, shared with whoever asks meanwhile. */
  poll(signal: AbortSignal): Promise<LabLive> {
    this.polling ??= this.read(signal).finally(() => {
      this.polling = undefined
    })
    return this.polling
  }

  private async loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const live = await this.poll(signal)
      if (signal.aborted) return
      for (const listener of this.listeners) listener(live)
      await delay(this.options.pauseMs, signal).catch(() => {})
    }
  }

  private async read(signal: AbortSignal): Promise<LabLive> {
    const { access } = this
    const { lab } = access
    const startMs = Date.now()
    const isStale = startMs - this.details.readMs >= this.options.detailMs
    const [hosts, nodes, lease, details] = await Promise.all([
      Promise.all(lab.hosts.map(({ id }) => hostHealth(access, id, signal))),
      Promise.all(lab.cluster.nodes.map(({ name }) => nodeAnswer(access, name, signal))),
      leaseInfo(access, signal),
      isStale ? this.readDetails(startMs, signal) : this.details,
    ])
    if (!signal.aborted) this.details = details
    this.last = {
      labId: lab.id,
      atMs: Date.now(),
      startMs,
      hosts: hosts.map((host) => ({
        ...host,
        clock: host.state === 'ok' ? (details.clocks.get(host.id) ?? null) : null,
      })),
      nodes: nodes.map((node) => ({ interfaces: null, information: null, ...details.nodes.get(node.node), ...node })),
      lease,
      links: details.links,
    }
    return this.last
  }

  private async readDetails(readMs: number, signal: AbortSignal): Promise<Details> {
    const { access } = this
    const { lab } = access
    const [nodes, clocks, links] = await Promise.all([
      Promise.all(lab.cluster.nodes.map(async ({ name }) => [name, await nodeDetails(access, name, signal)] as const)),
      Promise.all(lab.hosts.map(async ({ id }) => [id, await hostClock(access, id, signal)] as const)),
      Promise.all(lab.instances.map(({ name }) => instanceLinks(access, name, signal))),
    ])
    return { readMs, nodes: new Map(nodes), clocks: new Map(clocks), links: Object.assign({}, ...links) }
  }
}

/**
 * What the labs look like now. A lab is polled only while somebody watches it, once for all who do; a dead host is part
 * of the picture, not an error.
 */
export class LiveStatus {
  private readonly pollers = new Map<string, LabPoller>()
  private readonly options: Required<LiveOptions>

  /** @param accessTo throws `not-found` for a lab that is not there */
  constructor(
    private readonly accessTo: (labId: string) => LabAccess,
    { pauseMs = 1000, detailMs = 5000 }: LiveOptions = {},
  ) {
    this.options = { pauseMs, detailMs }
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
    return poller.poll(new AbortController().signal)
  }

  private poller(labId: string): LabPoller {
    const known = this.pollers.get(labId)
    if (known) return known
    const poller = new LabPoller(this.accessTo(labId), this.options)
    this.pollers.set(labId, poller)
    return poller
  }
}
