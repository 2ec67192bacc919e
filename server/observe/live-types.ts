import type { ClusterInformation, ClusterInterfaces, NodeAnswer } from '../domain/cluster'
import type { LeaseInfo } from '../domain/ports'
import type { ClockOffset } from '../drivers/clock'
import type { WanLive } from './wan-live'

/** How one host of the lab answers. */
export type HostHealth = {
  id: string
  state: 'ok' | 'failed'
  /** What failed: "connect", "host key", "login", "connection", "command"; null when it answers. */
  step: string | null
  message: string | null
  /** What to do about it. */
  hint: string | null
  /** Of an empty command on the open connection, ms. */
  rttMs: number | null
  clock: ClockOffset | null
}

/** One node's answers; atMs: when it was asked (app clock). What has not been read yet, or could not be, is null. */
export type NodeLive = {
  node: string
  atMs: number
  answer: NodeAnswer
  interfaces: ClusterInterfaces | null
  information: ClusterInformation | null
}

/** What a lab looks like now; all times are the app's clock, epoch ms. */
export type LabLive = {
  labId: string
  /** When the poll that this shows had ended, and when it began. */
  atMs: number
  startMs: number
  hosts: HostHealth[]
  nodes: NodeLive[]
  lease: LeaseInfo | null
  /** "bpfrx-fw0/ge-0-0-0" -> is the link up. */
  links: Record<string, boolean>
  /** null: the lab has no WAN. */
  wan: WanLive | null
}
