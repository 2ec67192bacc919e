import type { Random } from '../core/random'
import { nowMs, type Scheduler, type Task } from '../core/scheduler'
import { Timeline } from '../core/timeline'
import type { ClusterHooks, ClusterNode, NodeState } from './cluster-types'
import { GROUPS, type GroupId, NODES, type NodeId } from './topology'

const states = (value: NodeState): Record<GroupId, NodeState> => ({ 0: value, 1: value, 2: value })

/** So long without a word over the fabric, and the peer is held for dead. */
const FABRIC_SILENCE_MS = 600

/** Heartbeats, election, preemption, manual failover. All instants are exact model times, epoch ms. */
export class Cluster {
  readonly nodes: [ClusterNode, ClusterNode]
  /** Who forwards for a group; null: nobody. */
  readonly forwarder: Record<GroupId, Timeline<NodeId | null>> = {
    0: new Timeline<NodeId | null>(null),
    1: new Timeline<NodeId | null>(null),
    2: new Timeline<NodeId | null>(null),
  }
  /** The nodes can hear each other's heartbeats. */
  heartbeat = true
  readonly failovers: Record<GroupId, number> = { 0: 0, 1: 0, 2: 0 }
  readonly manual: Record<GroupId, boolean> = { 0: false, 1: false, 2: false }

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly hooks: ClusterHooks,
  ) {
    this.nodes = NODES.map(
      (n): ClusterNode => ({
        ...n,
        alive: false,
        aliveSinceMs: 0,
        phaseMs: 0,
        states: states('hold'),
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
      node.states = states(node.id === 0 ? 'primary' : 'secondary')
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

  daemonDown(id: NodeId, atMs: number, clean: boolean): void {
    const node = this.nodes[id]
    if (!node.alive) return
    const options = this.hooks.options()
    this.cancel(node)
    node.alive = false
    node.hearsPeer = false
    node.states = states('hold')
    for (const group of GROUPS) if (this.forwarder[group].last === id) this.forwarder[group].set(atMs, null)
    this.hooks.forwardingChanged(atMs)
    const peer = this.peerOf(node)
    if (peer.alive) this.relearn(peer, atMs)
    if (peer.alive && !peer.hearsPeer) this.unguard(peer, atMs)
    if (!peer.alive || !peer.hearsPeer) return
    let lostAtMs: number
    if (clean) lostAtMs = atMs + 5
    else {
      const since = (atMs - node.phaseMs) % options.heartbeatMs
      const skewMs = (options.heartbeatMs * (256 - peer.priority)) / 256
      lostAtMs =
        atMs - (since < 0 ? since + options.heartbeatMs : since) + options.heartbeatMs * options.threshold + skewMs
    }
    if (this.hooks.on('slow-takeover')) lostAtMs = atMs + options.slowTakeoverMs
    const [least, most] = clean ? options.cleanTakeoverMs : options.promoteMs
    const delayMs = this.random.uniform(least, most) - (clean ? 5 : 0)
    peer.detection = this.later(peer, lostAtMs, (at) =>
      this.peerLost(peer, at, Math.max(0, delayMs), clean ? 'Peer went down' : 'Remote node lost'),
    )
  }

  /** A node that is primary already announces nothing: neighbours find it when their entries run out. */
  private relearn(node: ClusterNode, atMs: number): void {
    const groups = GROUPS.filter((g) => node.states[g] === 'primary' && this.forwarder[g].last === null)
    if (groups.length === 0) return
    this.later(node, atMs + this.hooks.options().relearnMs, (at) => {
      for (const group of groups) if (this.forwarder[group].last === null) this.forwarder[group].set(at, node.id)
      this.hooks.forwardingChanged(at)
    })
  }

  /** The heartbeat is silent, yet the fabric says that the peer lives and is primary. */
  private guarded(node: ClusterNode, group: GroupId): boolean {
    const peer = this.peerOf(node)
    const isOff = this.hooks.on('no-split-guard') || this.hooks.on('dual-primary')
    return peer.alive && peer.states[group] === 'primary' && this.hooks.fabricUp() && !isOff
  }

  /** The fabric has gone silent, too: what was held may be taken. */
  private unguard(node: ClusterNode, atMs: number): void {
    this.later(node, atMs + FABRIC_SILENCE_MS, (at) => {
      const held = GROUPS.filter((g) => node.states[g] === 'secondary-hold' && !this.guarded(node, g))
      this.promote(node, held, at, this.random.uniform(...this.hooks.options().promoteMs), 'Remote node lost')
    })
  }

  private heartbeatLost(node: ClusterNode, atMs: number): void {
    const held = GROUPS.filter((g) => node.states[g] !== 'primary' && this.guarded(node, g))
    this.change(node, held, 'secondary-hold', atMs, 'Control link failure')
    if (held.length === 0)
      this.peerLost(node, atMs, this.random.uniform(...this.hooks.options().promoteMs), 'Remote node lost')
    node.hearsPeer = false
  }

  private peerLost(node: ClusterNode, atMs: number, delayMs: number, reason: string): void {
    node.hearsPeer = false
    this.hooks.log(node, `cluster: ${this.peerOf(node).name} lost: ${reason}`, atMs)
    if (this.hooks.on('no-takeover')) {
      this.hooks.log(node, 'cluster: takeover inhibited', atMs)
      return
    }
    const groups = GROUPS.filter((g) => node.states[g] !== 'primary' && !this.manual[g] && this.weight(node, g) > 0)
    this.promote(node, groups, atMs, delayMs, reason)
  }

  daemonUp(id: NodeId, atMs: number): void {
    const node = this.nodes[id]
    if (node.alive) return
    const options = this.hooks.options()
    node.alive = true
    node.aliveSinceMs = atMs
    node.phaseMs = atMs
    node.states = states('hold')
    node.history = { 0: [], 1: [], 2: [] }
    const peer = this.peerOf(node)
    if (peer.alive && this.heartbeat)
      this.later(node, atMs + this.random.uniform(20, 120), (at) => this.meet(node, peer, at))
    else
      this.later(node, atMs + Math.max(options.heartbeatMs * options.threshold, options.preemptHoldMs), (at) =>
        this.alone(node, at),
      )
  }

  private meet(node: ClusterNode, peer: ClusterNode, atMs: number): void {
    if (!peer.alive) {
      this.alone(node, atMs)
      return
    }
    this.scheduler.cancel(peer.detection)
    node.hearsPeer = true
    peer.hearsPeer = true
    this.change(node, GROUPS, 'secondary', atMs, 'Hold timer expired')
    this.hooks.synchronize(peer.id, atMs)
    const holdMs = Math.max(atMs, node.aliveSinceMs + this.hooks.options().preemptHoldMs)
    this.later(node, holdMs, (at) => this.claim(node, at))
  }

  private alone(node: ClusterNode, atMs: number): void {
    this.change(node, GROUPS, 'secondary', atMs, 'Hold timer expired')
    if (this.hooks.on('no-takeover') && this.peerOf(node).alive) return
    const held = GROUPS.filter((g) => this.guarded(node, g))
    this.change(node, held, 'secondary-hold', atMs, 'Control link failure')
    this.promote(
      node,
      GROUPS.filter((g) => this.weight(node, g) > 0 && !held.includes(g)),
      atMs,
      this.random.uniform(...this.hooks.options().promoteMs),
      'Only node present',
    )
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

  private handOver(node: ClusterNode, groups: readonly GroupId[], atMs: number, gapMs: number, reason: string): void {
    const peer = this.peerOf(node)
    const taken = groups.filter((g) => peer.alive && peer.states[g] === 'primary')
    this.hooks.synchronize(peer.id, atMs)
    this.change(peer, taken, 'secondary', atMs, `Remote node took over: ${reason}`)
    for (const group of groups) this.forwarder[group].set(atMs, null)
    this.hooks.forwardingChanged(atMs)
    this.promote(node, groups, atMs, gapMs, reason)
  }

  private promote(node: ClusterNode, groups: readonly GroupId[], atMs: number, delayMs: number, reason: string): void {
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

  private change(node: ClusterNode, groups: readonly GroupId[], to: NodeState, atMs: number, reason: string): void {
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

  /** A monitored interface went down or came back; the monitors notice a little later. */
  linkChanged(id: NodeId, device: string, up: boolean, atMs: number): void {
    const node = this.nodes[id]
    const data = [1, 2] as const
    if (!up) for (const group of data) if (this.forwarder[group].last === id) this.forwarder[group].set(atMs, null)
    this.hooks.forwardingChanged(atMs)
    this.later(node, atMs + this.hooks.options().linkDetectMs, (at) => {
      if (up) node.failedLinks.delete(device)
      else node.failedLinks.add(device)
      if (!node.alive) return
      this.hooks.log(node, `cluster: interface ${device} ${up ? 'up' : 'down'}, weight ${this.weight(node, 1)}`, at)
      const peer = this.peerOf(node)
      if (up && node.failedLinks.size === 0) {
        for (const group of data) if (node.states[group] === 'primary') this.forwarder[group].set(at, id)
        this.hooks.forwardingChanged(at)
        this.later(node, at + 1000, (t) => this.claim(node, t))
      }
      if (!up && peer.alive && !this.hooks.on('no-takeover')) {
        const takenMs = this.hooks.on('slow-takeover') ? atMs + this.hooks.options().slowTakeoverMs : at
        if (takenMs <= at) this.takeFrom(node, at)
        else this.later(peer, takenMs, (t) => this.takeFrom(node, t))
      }
    })
  }

  /** The peer takes the groups of a node whose monitors have failed. */
  private takeFrom(node: ClusterNode, atMs: number): void {
    const peer = this.peerOf(node)
    const groups = GROUPS.filter(
      (g) => node.states[g] === 'primary' && this.weight(node, g) === 0 && this.weight(peer, g) > 0,
    )
    if (peer.alive && groups.length > 0)
      this.handOver(peer, groups, atMs, this.random.uniform(...this.hooks.options().handoverMs), 'Monitor failed: IF')
  }

  /** The heartbeat link is cut or healed. */
  setHeartbeat(up: boolean, atMs: number): void {
    this.heartbeat = up
    const options = this.hooks.options()
    for (const node of this.nodes) {
      const peer = this.peerOf(node)
      if (!node.alive || !peer.alive) continue
      if (!up) {
        const skewMs = (options.heartbeatMs * (256 - node.priority)) / 256
        node.detection = this.later(node, atMs + options.heartbeatMs * options.threshold + skewMs, (at) =>
          this.heartbeatLost(node, at),
        )
      } else this.later(node, atMs + this.random.uniform(0, options.heartbeatMs), (at) => this.heal(node, at))
    }
  }

  private heal(node: ClusterNode, atMs: number): void {
    const peer = this.peerOf(node)
    if (!peer.alive || !this.heartbeat) return
    this.scheduler.cancel(node.detection)
    node.hearsPeer = true
    const held = GROUPS.filter((g) => node.states[g] === 'secondary-hold')
    this.change(node, held, 'secondary', atMs, 'Control link up')
    const yields = GROUPS.filter(
      (g) => node.states[g] === 'primary' && peer.states[g] === 'primary' && node.priority < peer.priority,
    )
    if (yields.length === 0) return
    this.change(node, yields, 'secondary', atMs, 'Lower priority after split')
    for (const group of yields) this.forwarder[group].set(atMs, peer.id)
    this.hooks.forwardingChanged(atMs)
    if (!this.hooks.on('no-garp')) this.hooks.announce(peer, yields, atMs)
  }

  private later(node: ClusterNode, atMs: number, run: (atMs: number) => void): Task {
    node.tasks = node.tasks.filter((t) => !t.cancelled && t.timeMs >= nowMs() - 1000)
    const task = this.scheduler.at(atMs, run)
    node.tasks.push(task)
    return task
  }

  private cancel(node: ClusterNode): void {
    for (const task of node.tasks) this.scheduler.cancel(task)
    node.tasks = []
  }
}
