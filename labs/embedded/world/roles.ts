import type { Random } from '../core/random'
import { nowMs, type Scheduler, type Task } from '../core/scheduler'
import { Timeline } from '../core/timeline'
import type { ClusterHooks, ClusterNode, NodeState } from './cluster-types'
import { GROUPS, type GroupId, NODES, type NodeId } from './topology'

/** The same state in every group. */
export const statesOf = (value: NodeState): Record<GroupId, NodeState> => ({ 0: value, 1: value, 2: value })

/** Who holds which group and forwards for it: claims, hand-over, manual failover. Exact model times, epoch ms. */
export class Roles {
  readonly nodes: [ClusterNode, ClusterNode]
  /** Who forwards for a group; null: nobody. */
  readonly forwarder: Record<GroupId, Timeline<NodeId | null>> = {
    0: new Timeline<NodeId | null>(null),
    1: new Timeline<NodeId | null>(null),
    2: new Timeline<NodeId | null>(null),
  }
  readonly failovers: Record<GroupId, number> = { 0: 0, 1: 0, 2: 0 }
  readonly manual: Record<GroupId, boolean> = { 0: false, 1: false, 2: false }

  constructor(
    protected readonly scheduler: Scheduler,
    protected readonly random: Random,
    protected readonly hooks: ClusterHooks,
  ) {
    this.nodes = NODES.map(
      (n): ClusterNode => ({
        ...n,
        alive: false,
        aliveSinceMs: 0,
        phaseMs: 0,
        states: statesOf('hold'),
        history: { 0: [], 1: [], 2: [] },
        hearsPeer: false,
        failedLinks: new Set(),
        tasks: [],
        detection: null,
      }),
    ) as [ClusterNode, ClusterNode]
  }

  peerOf(node: ClusterNode): ClusterNode {
    return this.nodes[node.id === 0 ? 1 : 0]
  }

  /** The cluster as it is after an hour: node 0 primary, node 1 secondary. */
  settle(atMs: number): void {
    for (const node of this.nodes) {
      node.alive = true
      node.aliveSinceMs = atMs
      node.phaseMs = atMs + this.random.uniform(0, this.hooks.options().heartbeatMs)
      node.hearsPeer = true
      node.states = statesOf(node.id === 0 ? 'primary' : 'secondary')
      for (const group of GROUPS) {
        const last: NodeState = node.states[group]
        node.history[group] = [
          { atMs, from: 'hold', to: 'secondary', reason: 'Hold timer expired' },
          ...(last === 'primary'
            ? [{ atMs, from: 'secondary' as const, to: last, reason: 'Better priority (200/100)' }]
            : []),
        ]
      }
    }
    for (const group of GROUPS) this.forwarder[group].set(atMs, 0)
    this.hooks.forwardingChanged(atMs)
  }

  /** 255 minus what failed monitors took away. The data groups stand and fall together. */
  weight(node: ClusterNode, group: GroupId): number {
    return group !== 0 && node.failedLinks.size > 0 ? 0 : 255
  }

  /** Takes what it should have: orphaned groups, and by preemption those of a lesser node. */
  claim(node: ClusterNode, atMs: number): void {
    if (!node.alive) return
    const peer = this.peerOf(node)
    const options = this.hooks.options()
    const preempt = options.preempt && !this.hooks.on('no-preempt') && node.priority > peer.priority
    const groups = GROUPS.filter((g) => {
      if (node.states[g] === 'primary' || this.manual[g] || this.weight(node, g) === 0) return false
      return peer.alive && peer.states[g] === 'primary' ? preempt : true
    })
    if (groups.length === 0) return
    const taken = peer.alive ? groups.filter((g) => peer.states[g] === 'primary') : []
    const reason = taken.length > 0 ? `Better priority (${node.priority}/${peer.priority})` : 'Remote is not primary'
    this.handOver(node, groups, atMs, this.random.uniform(...options.handoverMs), reason)
  }

  protected handOver(node: ClusterNode, groups: readonly GroupId[], atMs: number, gapMs: number, reason: string): void {
    const peer = this.peerOf(node)
    const taken = groups.filter((g) => peer.alive && peer.states[g] === 'primary')
    this.hooks.synchronize(peer.id, atMs)
    this.change(peer, taken, 'secondary', atMs, `Remote node took over: ${reason}`)
    for (const group of groups) this.forwarder[group].set(atMs, null)
    this.hooks.forwardingChanged(atMs)
    this.promote(node, groups, atMs, gapMs, reason)
  }

  protected promote(
    node: ClusterNode,
    groups: readonly GroupId[],
    atMs: number,
    delayMs: number,
    reason: string,
  ): void {
    if (groups.length === 0) return
    for (const group of groups) this.failovers[group]++
    this.change(node, groups, 'primary', atMs, reason)
    const announced = !this.hooks.on('no-garp')
    this.later(node, atMs + delayMs + (announced ? 0 : this.hooks.options().relearnMs), (at) => {
      const held = groups.filter((g) => node.states[g] === 'primary' && this.weight(node, g) > 0)
      for (const group of held) this.forwarder[group].set(at, node.id)
      this.hooks.forwardingChanged(at)
      if (announced) this.hooks.announce(node, held, at)
    })
  }

  protected change(node: ClusterNode, groups: readonly GroupId[], to: NodeState, atMs: number, reason: string): void {
    for (const group of groups) {
      const from = node.states[group]
      if (from === to) continue
      node.states[group] = to
      const line = { atMs, from, to, reason }
      node.history[group].push(line)
      this.hooks.stateChanged(node, group, line)
    }
  }

  /** `request chassis cluster failover`: an error text, or null when it was done. */
  requestFailover(group: GroupId, target: NodeId, atMs: number): string | null {
    const node = this.nodes[target]
    if (!node.alive) return `error: ${node.name} is not reachable`
    if (this.weight(node, group) === 0) return `error: ${node.name} is not eligible for redundancy group ${group}`
    if (node.states[group] === 'primary') return `error: ${node.name} is already primary for redundancy group ${group}`
    this.manual[group] = true
    this.handOver(node, [group], atMs, this.random.uniform(...this.hooks.options().manualMs), 'Manual failover')
    return null
  }

  /** True when there was a flag to reset. */
  resetFailover(group: GroupId, atMs: number): boolean {
    if (!this.manual[group]) return false
    this.manual[group] = false
    for (const node of this.nodes) this.later(node, atMs + 1000, (at) => this.claim(node, at))
    return true
  }

  protected later(node: ClusterNode, atMs: number, run: (atMs: number) => void): Task {
    node.tasks = node.tasks.filter((t) => !t.cancelled && t.timeMs >= nowMs() - 1000)
    const task = this.scheduler.at(atMs, run)
    node.tasks.push(task)
    return task
  }

  protected cancel(node: ClusterNode): void {
    for (const task of node.tasks) this.scheduler.cancel(task)
    node.tasks = []
  }
}
