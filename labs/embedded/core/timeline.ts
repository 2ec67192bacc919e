/** A value that changes at known instants; asked for any instant of the recent past. */
export class Timeline<T> {
  private readonly changes: { atMs: number; value: T }[] = []

  constructor(
    private readonly initial: T,
    private readonly keep = 20_000,
  ) {}

  /** Sets the value from `atMs` on; nothing is added when it has that value already. */
  set(atMs: number, value: T): boolean {
    const last = this.changes.at(-1)
    if ((last ? last.value : this.initial) === value) return false
    this.changes.push({ atMs: last ? Math.max(atMs, last.atMs) : atMs, value })
    if (this.changes.length > this.keep) this.changes.shift()
    return true
  }

  at(timeMs: number): T {
    for (let i = this.changes.length - 1; i >= 0; i--) {
      const change = this.changes[i]
      if (change && change.atMs <= timeMs) return change.value
    }
    return this.initial
  }

  get last(): T {
    const change = this.changes.at(-1)
    return change ? change.value : this.initial
  }

  /** All changes since `fromMs`, oldest first. */
  since(fromMs: number): { atMs: number; value: T }[] {
    return this.changes.filter((c) => c.atMs > fromMs)
  }
}
