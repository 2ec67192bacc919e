import type { Task } from '../core/scheduler'
import type { WorldOptions } from './options'
import type { GroupId, NodeId } from './topology'

export type NodeState = 'primary' | 'secondary' | 'secondary-hold' | 'hold' | 'lost'
export type HistoryLine = { atMs: number; from: NodeState; to: NodeState; reason: string }

export type ClusterNode = {
  id: NodeId
  name: string
  instance: string
  priority: number
  /** The daemon runs and speaks. */
  alive: boolean
  aliveSinceMs: number
  /** Heartbeats go out at phaseMs + k × interval. */
  phaseMs: number
  states: Record<GroupId, NodeState>
  history: Record<GroupId, HistoryLine[]>
  /** Heartbeats of the peer are being heard. */
  hearsPeer: boolean
  /** Interfaces that its monitors hold to be down. */
  failedLinks: Set<string>
  tasks: Task[]
  /** The moment at which it will hold its peer for lost, unless that one is heard again. */
  detection: Task | null
}

export type ClusterHooks = {
  options: () => WorldOptions
  on: (name: 'no-takeover' | 'slow-takeover' | 'no-preempt' | 'dual-primary' | 'no-garp' | 'no-split-guard') => boolean
  /** The nodes hear each other over the fabric. */
  fabricUp: () => boolean
  stateChanged: (node: ClusterNode, group: GroupId, line: HistoryLine) => void
  forwardingChanged: (atMs: number) => void
  announce: (node: ClusterNode, groups: GroupId[], atMs: number) => void
  synchronize: (from: NodeId, atMs: number) => void
  log: (node: ClusterNode, message: string, atMs: number) => void
}
