import type { Random } from '../core/random'
import type { SimFn, Timing } from './wcfg'

/** A queue that would take longer than this to leave is full, ms. */
const QUEUE_MS = 1000

type Stage = { fn: SimFn; count: number; freeMs: number }

/** The functions of one direction at work: what becomes of each packet. */
export class Impairment {
  private readonly stages: Stage[]

  constructor(
    functions: readonly SimFn[],
    private readonly random: Random,
  ) {
    this.stages = functions.map((fn) => ({ fn, count: 0, freeMs: 0 }))
  }

  /** When a packet that comes at `atMs` leaves; null: never. */
  pass(bytes: number, atMs: number): number | null {
    let leavesMs: number | null = atMs
    for (const stage of this.stages) {
      leavesMs = this.through(stage, bytes, leavesMs)
      if (leavesMs === null) return null
    }
    return leavesMs
  }

  private through(stage: Stage, bytes: number, atMs: number): number | null {
    const { fn } = stage
    if (fn.kind === 'drop') return this.isHit(stage, fn.timing) ? null : atMs
    if (fn.kind === 'delay') {
      if (!this.isHit(stage, fn.timing)) return atMs
      return atMs + (fn.isRandom ? this.random.uniform(0, fn.ms) : fn.ms)
    }
    if (fn.kbitPerS === 0) return atMs
    const startMs = Math.max(atMs, stage.freeMs)
    if (startMs - atMs > QUEUE_MS) return null
    stage.freeMs = startMs + (bytes * 8) / fn.kbitPerS
    return stage.freeMs
  }

  private isHit(stage: Stage, timing: Timing): boolean {
    if (timing.kind === 'nth') return ++stage.count % timing.n === 0
    return timing.kind === 'always' || this.random.chance(timing.share)
  }
}
