import { nowMs, scheduler, type Task } from '../core/scheduler'
import { tunnelBytes } from './frames'
import { LINKS } from './topology'
import type { WanWorld } from './world'

const STEP_MS = 10

/** Traffic without anybody behind it, for tests of rates: packets on several links at once, each way. */
export class Load {
  private task: Task | null = null

  constructor(private readonly world: WanWorld) {}

  /** Sends on each of the links `perS` packets of `bytes` in either direction, evenly, for `lengthMs`. */
  start(options: { perS: number; bytes: number; links: readonly string[]; lengthMs: number }): void {
    this.stop()
    const { perS, links, lengthMs } = options
    const frame = tunnelBytes(options.bytes)
    const chosen = LINKS.filter(({ id }) => links.includes(id))
    const startMs = nowMs()
    const total = Math.floor((perS * lengthMs) / 1000)
    let next = 0
    const step = (atMs: number) => {
      const untilMs = atMs + STEP_MS
      for (let stampMs = startMs + (next * 1000) / perS; stampMs < untilMs && next < total; next++) {
        for (const link of chosen)
          for (const towards of ['isp', 'router'] as const)
            this.world.wires.carry(link, towards, 'traffic', frame, Math.max(stampMs, atMs))
        stampMs = startMs + ((next + 1) * 1000) / perS
      }
      this.task = next < total ? scheduler.at(untilMs, step) : null
    }
    step(startMs)
  }

  stop(): void {
    scheduler.cancel(this.task)
    this.task = null
  }
}
