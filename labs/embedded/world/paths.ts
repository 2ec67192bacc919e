import { scheduler } from '../core/scheduler'
import { Timeline } from '../core/timeline'
import type { World } from './world'

const NAMES = ['crossing', 'vip', 'wanVip'] as const
export type PathName = (typeof NAMES)[number]

/** Up or down, as an end-to-end packet finds it. */
export class Paths implements Record<PathName, Timeline<boolean>> {
  readonly crossing = new Timeline(false)
  readonly vip = new Timeline(false)
  readonly wanVip = new Timeline(false)
  /** Planned outages that are going on. */
  private planned = 0

  constructor(private readonly world: World) {}

  /** Looks at who forwards now and writes down every path that changed. */
  review(atMs: number): void {
    const { cluster } = this.world
    const wan = cluster.forwarder[1].last
    const lan = cluster.forwarder[2].last
    const linked = wan === lan || (cluster.nodes[0].alive && cluster.nodes[1].alive)
    const next: Record<PathName, boolean> = {
      crossing: wan !== null && lan !== null && linked && this.planned === 0,
      vip: lan !== null && this.planned === 0,
      wanVip: wan !== null && this.planned === 0,
    }
    for (const path of NAMES) {
      if (!this[path].set(atMs, next[path])) continue
      this.world.record(atMs, 'path', { path, up: next[path] })
      this.world.events.emit('path', path, next[path], atMs)
    }
  }

  /** Stops all forwarding from `atMs` for exactly `lengthMs`; the cluster knows nothing of it. */
  planOutage(atMs: number, lengthMs: number): void {
    scheduler.at(atMs, (at) => {
      this.planned++
      this.review(at)
    })
    scheduler.at(atMs + lengthMs, (at) => {
      this.planned--
      this.review(at)
    })
  }

  /** Which of them are up now. */
  now(): Record<PathName, boolean> {
    return { crossing: this.crossing.last, vip: this.vip.last, wanVip: this.wanVip.last }
  }
}
