import type { Impairment } from '../domain/impairment'
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
  /** What its file in force says, of the last time that it could be read and no run has been since; null: not known. */
  reading: {
    /** null: nothing that a form could show, `text` says what. */
    impairment: Impairment | null
    good: boolean
    text: string
    /** Epoch ms. */
    atMs: number
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
    if (!isTaken && !signal.aborted && this.isDue()) this.readConsoles()
    const changedMs = this.changedMs()
    const wanulators = [...this.wanulators.values()].map((one) =>
      // What was read before a run may not hold any more.
      one.reading && one.reading.atMs <= changedMs ? { ...one, reading: null } : one,
    )
    return { wanulators, isReading: this.reading !== null, isTaken }
  }

  private changedMs(): number {
    return Math.max(this.leftMs, this.turns.freedMs(this.access.lab.id))
  }

  private isDue(): boolean {
    if (this.reading) return false
    return this.changedMs() > this.triedMs || Date.now() - this.triedMs >= this.options.consoleMs
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

  private readConsoles(): void {
    const { lab } = this.access
    this.triedMs = Date.now()
    this.reading = this.turns
      .look(lab.id, (signal) => this.readAll(signal))
      .then(() => {})
      .finally(() => {
        this.reading = null
      })
  }

  private async readAll(signal: AbortSignal): Promise<void> {
    const { access } = this
    const unhooked = new Set(unhookedWanulators(access.lab.wan).map(({ vm }) => vm))
    const rows = await readVms(access, { tag: TAG, signal }).catch(() => null)
    await Promise.all(
      access.lab.wan.wanulators.map(async (wanulator) => {
        const { vm } = wanulator
        const status = rows ? (rows.find((row) => row.vm === vm)?.status ?? 'absent') : null
        // Through which no link leads: whether it runs is all that anybody wants to know.
        const isOff = status !== null && status !== 'running'
        const found = unhooked.has(vm) || isOff ? { reading: null, error: null } : await this.into(wanulator, signal)
        this.wanulators.set(vm, { vm, status, ...found })
      }),
    )
  }

  private async into(wanulator: Wanulator, signal: AbortSignal): Promise<Pick<WanulatorLive, 'reading' | 'error'>> {
    const { access } = this
    try {
      const { reading } = await readWanulator(access, wanulator, { tag: TAG, signal, env: this.options.env })
      const impairment = reading.kind === 'impairment' ? reading.impairment : null
      const known = { impairment, good: readsGood(reading), text: readingText(reading), atMs: Date.now() }
      return { reading: known, error: null }
    } catch (cause) {
      const { code, message, hint = null } = asAppError(cause)
      const reading = this.wanulators.get(wanulator.vm)?.reading ?? null
      return { reading, error: { code, message, hint, atMs: Date.now() } }
    }
  }
}
