import type { Machine, NetDevice } from '../machine/machine'
import { HOST, junosToLinux, lanPort, NODES, type NodeId, wanPort } from './topology'
import type { World } from './world'

export const VF_STATES = ['auto', 'enable', 'disable'] as const
export type VfState = (typeof VF_STATES)[number]

const HEARTBEAT_BRIDGE = 'bpfrx-heartbeat'
const VF_DEVICE = 'wan-vf'

/** Up, with a carrier below it. */
export const carries = (device: NetDevice | undefined): boolean => device?.up === true && device.carrier !== false

/** What hangs on links: the monitored members of both nodes, heartbeat and fabric. */
export class Links {
  private readonly members = new Map<string, boolean>()

  constructor(private readonly world: World) {}

  private machineOf = (node: NodeId): Machine => this.world.machine(NODES[node].instance)
  private find = (node: NodeId, name: string): NetDevice | undefined =>
    this.machineOf(node).devices.find((device) => device.name === name)

  /** A node's member, or another of its links, is there and carries. */
  isUp = (node: NodeId, name: string): boolean => carries(this.find(node, name))

  /** What the physical function lets a virtual one see of its link. */
  setVf(vf: number, state: VfState): void {
    const settings = this.world.vfs[vf]
    if (!settings) return
    settings.linkState = state
    const owner = NODES.find(({ id }) => id === vf)
    const device = owner && this.machineOf(owner.id).devices.find((each) => each.device === VF_DEVICE)
    if (device && state === 'disable') device.carrier = false
    else delete device?.carrier
  }

  private heartbeatUp(): boolean {
    const bridge = this.world.machine(HOST).devices.find(({ name }) => name === HEARTBEAT_BRIDGE)
    const ends = NODES.map(({ id }) => this.find(id, 'fxp1'))
    const isCarried = ends.every((end) => carries(end) && (end?.addresses.length ?? 0) > 0)
    return carries(bridge) && isCarried && !this.world.switches.has('dual-primary')
  }

  /** The nodes hear each other over the fabric. */
  fabricUp = (): boolean => NODES.every(({ id }) => this.isUp(id, 'fab0'))

  /** Looks at every link that the cluster depends on, and tells it what has changed. */
  review(atMs: number): void {
    const { cluster } = this.world
    for (const { id } of NODES)
      for (const port of [wanPort(id), lanPort(id)]) {
        const name = junosToLinux(port)
        const up = this.isUp(id, name)
        if ((this.members.get(`${id} ${name}`) ?? true) === up) continue
        this.members.set(`${id} ${name}`, up)
        this.world.record(atMs, 'link', { node: `node${id}`, name, up })
        cluster.linkChanged(id, name, up, atMs)
      }
    const up = this.heartbeatUp()
    if (cluster.heartbeat === up) return
    this.world.record(atMs, 'heartbeat', { up })
    cluster.setHeartbeat(up, atMs)
  }
}
