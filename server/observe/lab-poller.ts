import type { Impairment } from '../domain/impairment'
import { type AnyLab, hasCluster, hasWan } from '../domain/lab'
import type { LabAccess } from '../drivers/at'
import { delay } from '../transport/retry'
import type { ConsoleTurns } from './console-turns'
import { hostClock, hostHealth, instanceLinks, leaseInfo, nodeAnswer, nodeDetails } from './live-poll'
import type { HostHealth, LabLive, NodeLive } from './live-types'
import { WanWatch } from './wan-live'

export type LiveOptions = {
  /** Pause between the end of a poll and the next one. */
  pauseMs?: number
  /** Interfaces, weights, links and clocks change rarely: read again when they are this old. */
  detailMs?: number
  /** The same of what WANulators do: their consoles take one client only. */
  consoleMs?: number
}

export type Listener = (live: LabLive) => void

/** What is read rarely. */
type Details = {
  readMs: number
  nodes: Map<string, Pick<NodeLive, 'interfaces' | 'information'>>
  clocks: Map<string, HostHealth['clock']>
  links: Record<string, boolean>
}

const NO_DETAILS: Details = { readMs: Number.NEGATIVE_INFINITY, nodes: new Map(), clocks: new Map(), links: {} }

/** Polls one lab for all who watch it. */
export class LabPoller {
  private readonly listeners = new Set<Listener>()
  private details = NO_DETAILS
  private running: AbortController | undefined
  private polling: Promise<LabLive> | undefined
  private readonly wan: WanWatch | null
  last: LabLive | undefined

  constructor(
    private readonly access: LabAccess<AnyLab>,
    private readonly options: Required<LiveOptions>,
    turns: ConsoleTurns,
  ) {
    const { lab, pool } = access
    this.wan = hasWan(lab) ? new WanWatch({ lab, pool }, turns, options) : null
  }

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

  /** The same for who looks but once: with what the WANulators do, where that is being read. */
  async whole(signal: AbortSignal): Promise<LabLive> {
    const live = await this.poll(signal)
    if (!this.wan?.reading) return live
    await this.wan.reading
    return this.poll(signal)
  }

  /** As `WanWatch.setByRun`. */
  linkSet(vm: number, impairment: Impairment | null): void {
    this.wan?.setByRun(vm, impairment)
  }

  /** As `WanWatch.again`. */
  readAgain(): void {
    this.wan?.again()
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
    const { lab, pool } = access
    const startMs = Date.now()
    const isStale = startMs - this.details.readMs >= this.options.detailMs
    const [hosts, nodes, lease, details, nics] = await Promise.all([
      Promise.all(lab.hosts.map(({ id }) => hostHealth(access, id, signal))),
      hasCluster(lab) ? Promise.all(lab.cluster.nodes.map(({ name }) => nodeAnswer({ lab, pool }, name, signal))) : [],
      leaseInfo(access, signal),
      isStale ? this.readDetails(startMs, signal) : this.details,
      this.wan?.nics(signal) ?? null,
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
      wan: this.wan ? { nics, ...this.wan.look(lease !== null, signal) } : null,
    }
    return this.last
  }

  private async readDetails(readMs: number, signal: AbortSignal): Promise<Details> {
    const { access } = this
    const { lab, pool } = access
    const [nodes, clocks, links] = await Promise.all([
      hasCluster(lab) ? this.nodeDetails({ lab, pool }, signal) : [],
      Promise.all(lab.hosts.map(async ({ id }) => [id, await hostClock(access, id, signal)] as const)),
      hasCluster(lab) ? Promise.all(lab.instances.map(({ name }) => instanceLinks({ lab, pool }, name, signal))) : [],
    ])
    return { readMs, nodes: new Map(nodes), clocks: new Map(clocks), links: Object.assign({}, ...links) }
  }

  private nodeDetails(access: LabAccess, signal: AbortSignal) {
    const { nodes } = access.lab.cluster
    return Promise.all(nodes.map(async ({ name }) => [name, await nodeDetails(access, name, signal)] as const))
  }
}
