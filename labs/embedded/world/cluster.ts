import type { ClusterNode } from './cluster-types'
import { Roles, statesOf } from './roles'
import { GROUPS, type GroupId, type NodeId } from './topology'

/** So long without a word over the fabric, and the peer is held for dead. */
const FABRIC_SILENCE_MS = 600

/** What the nodes notice of each other and of their links: daemons, heartbeats, monitors. Exact model times, epoch ms. */
export class Cluster extends Roles {
  /** The nodes can hear each other's heartbeats. */
  heartbeat = true

  daemonDown(id: NodeId, atMs: number, clean: boolean): void {
    const node = this.nodes[id]
    if (!node.alive) return
    const options = this.hooks.options()
    this.cancel(node)
    node.alive = false
    node.hearsPeer = false
    node.states = statesOf('hold')
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
    node.states = statesOf('hold')
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
}
