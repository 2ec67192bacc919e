/** Seeded random numbers (mulberry32), so a world can be played again. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  uniform(from: number, to: number): number {
    return from + (to - from) * this.next()
  }

  integer(from: number, to: number): number {
    return Math.floor(this.uniform(from, to + 1))
  }

  /** Standard normal. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability
  }

  pick<T>(from: readonly T[]): T {
    const item = from[Math.floor(this.next() * from.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }
}
