import { parse } from 'just-bash'
import { onlySimple } from './shell/shell'

/** A command that somebody ran over SSH; `command` is its argv joined by blanks, `raw` what the channel got. */
export type Executed = {
  id: number
  atMs: number
  command: string
  raw: string
  exitCode: number | null
  endedMs: number | null
}
type Waiter = { matches: RegExp; seen: (command: string) => void }
type Held = { command: string; release: (run: boolean) => void }
type Hold = { id: number; matches: RegExp; held: Held[]; after: number; times: number }

/** A quoted argv without its quotes, so that a pattern needs to know nothing of quoting; anything else as it is. */
function plain(raw: string): string {
  try {
    const { statements } = parse(raw)
    const command = statements.length === 1 && statements[0] ? onlySimple(statements[0]) : null
    if (!command?.name || command.redirections.length > 0) return raw
    const words = [command.name, ...command.args].map((word) =>
      word.parts.map((p) => ('value' in p && typeof p.value === 'string' ? p.value : null)),
    )
    return words.flat().includes(null) ? raw : words.map((parts) => parts.join('')).join(' ')
  } catch {
    return raw
  }
}

/**
 * Holds commands before they run, until they are released: how a test kills the app at a known step without sleeping.
 */
export class Holds {
  private readonly holds = new Map<number, Hold>()
  private readonly waiters = new Set<Waiter>()
  private count = 0
  readonly executed: Executed[] = []

  /**
   * Commands that match are held from now on. `skip`: let that many pass first; `times`: hold that many, then let pass.
   */
  add(match: string, skip = 0, times = Number.POSITIVE_INFINITY): number {
    const id = ++this.count
    this.holds.set(id, { id, matches: new RegExp(match), held: [], after: skip, times })
    return id
  }

  /** Releases what a hold has caught and forgets the hold; null: all of them. */
  release(id: number | null): number {
    let released = 0
    for (const hold of [...this.holds.values()]) {
      if (id !== null && hold.id !== id) continue
      this.holds.delete(hold.id)
      for (const each of hold.held) each.release(true)
      released += hold.held.length
    }
    return released
  }

  /** Commands being held now. */
  held(): { hold: number; command: string }[] {
    return [...this.holds.values()].flatMap((h) => h.held.map((each) => ({ hold: h.id, command: each.command })))
  }

  /** Resolves with the command once one that matches is held; null after `timeoutMs`. */
  waitHeld(match: string, timeoutMs: number): Promise<string | null> {
    const matches = new RegExp(match)
    const now = this.held().find((h) => matches.test(h.command))
    if (now) return Promise.resolve(now.command)
    return new Promise((resolve) => {
      const waiter: Waiter = { matches, seen: (command) => finish(command) }
      const timer = setTimeout(() => finish(null), timeoutMs)
      const finish = (command: string | null) => {
        clearTimeout(timer)
        this.waiters.delete(waiter)
        resolve(command)
      }
      this.waiters.add(waiter)
    })
  }

  /**
   * Called before a command runs; resolves when it may. False: its channel was closed while it was held, so it never
   * got there, as if the connection had been cut a moment earlier.
   */
  async pass(command: string, gone: Promise<unknown>): Promise<boolean> {
    for (const hold of this.holds.values()) {
      if (!hold.matches.test(command)) continue
      if (hold.after-- > 0 || hold.times-- <= 0) continue
      return new Promise<boolean>((release) => {
        const held: Held = { command, release }
        hold.held.push(held)
        gone.then(() => {
          hold.held = hold.held.filter((h) => h !== held)
          release(false)
        })
        for (const waiter of [...this.waiters]) if (waiter.matches.test(command)) waiter.seen(command)
      })
    }
    return true
  }

  begin(raw: string, atMs: number): Executed {
    const entry: Executed = { id: ++this.count, atMs, command: plain(raw), raw, exitCode: null, endedMs: null }
    this.executed.push(entry)
    if (this.executed.length > 20_000) this.executed.splice(0, 5000)
    return entry
  }
}
