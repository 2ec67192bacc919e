import { type Impairment, impairmentText, isGood } from '../domain/impairment'
import { unhookedWanulators, type Wanulator } from '../domain/wan'
import { execAt } from '../drivers/at'
import { linkCountersArgv, parseLinkBytes } from '../drivers/link-counters'
import { readVms } from '../drivers/pve/pve'
import { readingText, readsGood, type WanulatorOptions } from '../drivers/wanulator/wanulator'
import { asAppError, type ErrorCode } from '../errors'
import type { ConsoleTurns } from './console-turns'
import { isLinkUp, parseLinks } from './instance-facts'
import { readWanulator, type WanAccess } from './wan-facts'

const TAG = 'observe/live'
const TIMEOUT_MS = 3000

/** A NIC of the PVE host; rates are means since the poll before, null as long as there was none. */
export type NicLive = { up: boolean; rxBitPerS: number | null; txBitPerS: number | null }

/** What a WANulator was found to do. */
export type WanulatorLive = {
  vm: number
  /** As `qm list` says it ("running"), "absent"; null: not asked yet, or not told. */
  status: string | null
  /** What its file in force says, of the last time that it could be read and no run has been since, or by the run that is on; null: not known. */
  reading: {
    /** null: nothing that a form could show, `text` says what. */
    impairment: Impairment | null
    good: boolean
    text: string
    /** Epoch ms. */
    atMs: number
    /** A run has set it so, and read it back. */
    isByRun: boolean
  } | null
  /** Why the last try gave none; null when it did. */
  error: { code: ErrorCode; message: string; hint: string | null; atMs: number } | null
}

/** A WAN as it is now; all times are the app's clock, epoch ms. */
export type WanLive = {
  /** By name; null: the PVE host did not list them. */
  nics: Record<string, NicLive> | null
  wanulators: WanulatorLive[]
  /** Consoles are being read. */
  isReading: boolean
  /** A run has them: nothing is read until it has ended. */
  isTaken: boolean
}

type Bytes = { atMs: number; by: ReadonlyMap<string, { rxBytes: number; txBytes: number }> }

/** A console that somebody else was on is tried again so soon. */
const HELD_MS = 10_000

/** Longer ago nobody looked: a mean since then would say nothing of now. */
const MAX_SPAN_MS = 15_000

/** Bit/s between two readings; null without both, or where a counter went back. */
export function rateOf(before: number | undefined, now: number | undefined, spanMs: number): number | null {
  if (before === undefined || now === undefined || now < before) return null
  if (spanMs <= 0 || spanMs > MAX_SPAN_MS) return null
  return ((now - before) * 8000) / spanMs
}

export type WanWatchOptions = {
  /** Consoles take one client: they are read again when what is known is this old. */
  consoleMs: number
  /** Where the consoles' password is found; the app's environment unless told. */
  env?: WanulatorOptions['env']
}

/** What a WAN looks like, for whoever polls its lab. */
export class WanWatch {
  private bytes: Bytes | null = null
  private readonly wanulators: Map<number, WanulatorLive>
  private triedMs = Number.NEGATIVE_INFINITY
  /** When those that somebody else was on were tried again. */
  private heldMs = 0
  private leftMs = 0
  private hadLease = false
  /** The reading of the consoles that goes on. */
  reading: Promise<void> | null = null

  constructor(
    private readonly access: WanAccess,
    private readonly turns: ConsoleTurns,
    private readonly options: WanWatchOptions,
  ) {
    const none = { status: null, reading: null, error: null }
    this.wanulators = new Map(access.lab.wan.wanulators.map(({ vm }) => [vm, { vm, ...none }]))
  }

  /**
   * What is known now; has the consoles read again in the background where that is due.
   * @param hasLease a run, of whichever dashboard, holds the lab
   */
  look(hasLease: boolean, signal: AbortSignal): Omit<WanLive, 'nics'> {
    if (this.hadLease && !hasLease) this.leftMs = Date.now()
    this.hadLease = hasLease
    const isTaken = hasLease || this.turns.isTaken(this.access.lab.id)
    const due = isTaken || signal.aborted || this.reading ? [] : this.takeDue()
    if (due.length > 0) this.readConsoles(new Set(due))
    const wanulators = [...this.wanulators.values()].map((one) =>
      this.holds(one.reading, isTaken) ? one : { ...one, reading: null },
    )
    return { wanulators, isReading: this.reading !== null, isTaken }
  }

  /** A run has changed what a WANulator does, and read that back; null: it is not known what to. */
  setByRun(vm: number, impairment: Impairment | null): void {
    const one = this.wanulators.get(vm)
    if (!one) return
    const reading = impairment && {
      ...{ impairment, good: isGood(impairment), text: impairmentText(impairment) },
      ...{ atMs: Date.now(), isByRun: true },
    }
    this.wanulators.set(vm, { ...one, reading, error: null })
  }

  /** All are read again at the next look, one that refused the password as well. */
  again(): void {
    this.triedMs = Number.NEGATIVE_INFINITY
  }

  /** What was read before a run may not hold in it, nor what a run has set after it. */
  private holds(reading: WanulatorLive['reading'], isTaken: boolean): boolean {
    return reading === null || (reading.atMs > this.changedMs() && (reading.isByRun || !isTaken))
  }

  private changedMs(): number {
    return Math.max(this.leftMs, this.turns.freedMs(this.access.lab.id))
  }

  /** VMs whose turn it is; they are taken for tried then. */
  private takeDue(): number[] {
    const nowMs = Date.now()
    const isAsked = this.changedMs() > this.triedMs
    const isRound = isAsked || nowMs - this.triedMs >= this.options.consoleMs
    if (!isRound && nowMs - this.heldMs < HELD_MS) return []
    this.heldMs = nowMs
    if (isRound) this.triedMs = nowMs
    const isDue = ({ error }: WanulatorLive): boolean => {
      if (isAsked) return true
      // Tried again and again, a wrong password may lock the user out; to see who is on a console disturbs nobody.
      return isRound ? error?.code !== 'console-auth' : error?.code === 'console-held'
    }
    return [...this.wanulators.values()].filter(isDue).map(({ vm }) => vm)
  }

  /** States and rates of the NICs; null when the PVE host does not list them. Never rejects. */
  async nics(signal: AbortSignal): Promise<WanLive['nics']> {
    const { access, bytes: before } = this
    const place = { host: access.lab.wan.pve.host }
    const options = { tag: TAG, timeoutMs: TIMEOUT_MS, signal }
    const result = await execAt(access, place, linkCountersArgv(), options).catch(() => null)
    const links = result?.exitCode === 0 && !result.truncated ? parseLinks(result.stdout) : null
    if (!result || !links) return null
    const counted = parseLinkBytes(result.stdout) ?? []
    const now: Bytes = {
      atMs: (result.startedMs + result.endedMs) / 2,
      by: new Map(counted.map(({ name, ...of }) => [name, of])),
    }
    this.bytes = now
    const spanMs = now.atMs - (before?.atMs ?? now.atMs)
    return Object.fromEntries(
      access.lab.wan.nics.flatMap(({ name }) => {
        const link = links.find(({ ifname }) => ifname === name)
        if (!link) return []
        const [was, is] = [before?.by.get(name), now.by.get(name)]
        const rates = {
          rxBitPerS: rateOf(was?.rxBytes, is?.rxBytes, spanMs),
          txBitPerS: rateOf(was?.txBytes, is?.txBytes, spanMs),
        }
        return [[name, { up: isLinkUp(link), ...rates }]]
      }),
    )
  }

  private readConsoles(due: ReadonlySet<number>): void {
    const { lab } = this.access
    this.reading = this.turns
      .look(lab.id, (signal) => this.readAll(due, signal))
      .then(() => {})
      .finally(() => {
        this.reading = null
      })
  }

  private async readAll(due: ReadonlySet<number>, signal: AbortSignal): Promise<void> {
    const { access } = this
    const unhooked = new Set(unhookedWanulators(access.lab.wan).map(({ vm }) => vm))
    const rows = await readVms(access, { tag: TAG, signal }).catch(() => null)
    await Promise.all(
      access.lab.wan.wanulators.map(async (wanulator) => {
        const { vm } = wanulator
        const status = rows ? (rows.find((row) => row.vm === vm)?.status ?? 'absent') : null
        // Through which no link leads: whether it runs is all that anybody wants to know.
        const isOff = status !== null && status !== 'running'
        const isNone = unhooked.has(vm) || isOff
        const found = isNone ? { reading: null, error: null } : await this.into(wanulator, due.has(vm), signal)
        this.wanulators.set(vm, { vm, status, ...found })
      }),
    )
  }

  private async into(
    wanulator: Wanulator,
    isDue: boolean,
    signal: AbortSignal,
  ): Promise<Pick<WanulatorLive, 'reading' | 'error'>> {
    const { access } = this
    const { reading: before = null, error = null } = this.wanulators.get(wanulator.vm) ?? {}
    if (!isDue) return { reading: before, error }
    try {
      const { reading } = await readWanulator(access, wanulator, { tag: TAG, signal, env: this.options.env })
      const impairment = reading.kind === 'impairment' ? reading.impairment : null
      const known = { impairment, good: readsGood(reading), text: readingText(reading) }
      return { reading: { ...known, atMs: Date.now(), isByRun: false }, error: null }
    } catch (cause) {
      const { code, message, hint = null } = asAppError(cause)
      // A run wanted it: nobody's fault.
      if (code === 'cancelled') return { reading: before, error }
      return { reading: before, error: { code, message, hint, atMs: Date.now() } }
    }
  }
}
