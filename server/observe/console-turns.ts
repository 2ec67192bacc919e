/** So long a look that goes on may take to log out, once a run wants the consoles. */
const GRACE_MS = 2500

/** The consoles of one lab. */
class Turns {
  private takers = 0
  private going: Promise<unknown> = Promise.resolve()
  private stop = new AbortController()
  freedMs = 0

  get isTaken(): boolean {
    return this.takers > 0
  }

  look<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const mine = this.going.then(() => (this.isTaken ? null : work(this.stop.signal)))
    this.going = mine.catch(() => {})
    return mine
  }

  async take(): Promise<() => void> {
    this.takers++
    const { stop } = this
    const timer = setTimeout(() => stop.abort(), GRACE_MS)
    await this.going
    clearTimeout(timer)
    if (this.stop === stop && stop.signal.aborted) this.stop = new AbortController()
    let isFree = false
    return () => {
      if (isFree) return
      isFree = true
      this.takers--
      this.freedMs = Date.now()
    }
  }
}

/**
 * Who may use the serial consoles of a lab: one client at a time is all that they take. A run comes first; whoever only
 * looks goes one after the other, and not at all while a run has them.
 */
export class ConsoleTurns {
  private readonly labs = new Map<string, Turns>()

  /** For a run: resolves once nobody looks any more, at the latest 2.5 s and a hang-up from now; call what it gives at the end. */
  take(labId: string): Promise<() => void> {
    return this.of(labId).take()
  }

  /** A look at the consoles; null, and nothing done, while a run has them. The signal fires when a run cannot wait any longer. */
  look<T>(labId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    return this.of(labId).look(work)
  }

  isTaken(labId: string): boolean {
    return this.of(labId).isTaken
  }

  /** When a run last gave them back, epoch ms: what was read before may not hold any more. 0: never. */
  freedMs(labId: string): number {
    return this.of(labId).freedMs
  }

  private of(labId: string): Turns {
    const known = this.labs.get(labId)
    if (known) return known
    const turns = new Turns()
    this.labs.set(labId, turns)
    return turns
  }
}
