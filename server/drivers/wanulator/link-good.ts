import { GOOD } from '../../domain/impairment'
import { type AnyLab, hasWan } from '../../domain/lab'
import { linkEnds, type Wanulator } from '../../domain/wan'
import { AppError, asAppError } from '../../errors'
import { delay } from '../../transport/retry'
import type { LabAccess } from '../at'
import { powerOn, type WanAccess } from '../pve/pve'
import {
  linkReading,
  readInForce,
  readingText,
  readsGood,
  setImpairment,
  type WanulatorOptions,
  withWanulator,
} from './wanulator'

const PAUSE_MS = 1000

/** A WANulator by its VM, and its lab. Throws `bad-input` when the lab has none such. */
export function wanulatorOf(lab: AnyLab, vm: number): { lab: WanAccess['lab']; wanulator: Wanulator } {
  const wanulator = lab.wan?.wanulators.find((candidate) => candidate.vm === vm)
  if (wanulator && hasWan(lab)) return { lab, wanulator }
  throw new AppError('bad-input', `the lab has no WANulator ${vm}`, { hint: 'See wan.wanulators in the lab file.' })
}

/** Whether a WANulator passes everything on; `found` says what it does. Rejects only when it was cancelled. */
export async function checkLinkGood(
  { lab: any, pool }: LabAccess<AnyLab>,
  vm: number,
  options: WanulatorOptions,
): Promise<{ met: boolean; found: string }> {
  try {
    const { lab, wanulator } = wanulatorOf(any, vm)
    const reading = await withWanulator({ lab, pool }, wanulator, options, async (shell, emulator) =>
      linkReading(linkEnds(lab.wan, wanulator), await readInForce(shell, emulator)),
    )
    return { met: readsGood(reading), found: readingText(reading) }
  } catch (cause) {
    const error = asAppError(cause)
    if (error.code === 'cancelled') throw error
    return { met: false, found: error.message }
  }
}

/**
 * Makes a WANulator pass everything on and reads that back, again and again until `untilMs`; one that is off is started.
 * Rejects with `command-failed`.
 */
export async function makeLinkGood(
  { lab: any, pool }: LabAccess<AnyLab>,
  vm: number,
  { untilMs, ...options }: WanulatorOptions & { untilMs: number },
): Promise<void> {
  const { lab, wanulator } = wanulatorOf(any, vm)
  const ends = linkEnds(lab.wan, wanulator)
  for (;;) {
    try {
      return await withWanulator({ lab, pool }, wanulator, options, (shell, emulator) =>
        setImpairment(shell, emulator, ends, { toIsp: GOOD, toRouter: GOOD }),
      )
    } catch (cause) {
      const error = asAppError(cause)
      if (error.code === 'cancelled') throw error
      if (Date.now() < untilMs) {
        if (error.code.startsWith('console-')) await powerOn({ lab, pool }, vm, options).catch(() => {})
        await delay(PAUSE_MS, options.signal)
        continue
      }
      throw new AppError('command-failed', `could not be restored: ${wanulator.title} good (${error.message})`, {
        host: lab.wan.pve.host,
        hint: error.hint ?? 'Apply a good .wcfg by hand, then mark the lab clean.',
      })
    }
  }
}
