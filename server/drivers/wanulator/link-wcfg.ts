import { type Impairment, sameDirection } from '../../domain/impairment'
import type { WanLink } from '../../domain/wan'
import { AppError } from '../../errors'
import {
  applyWcfg,
  byGuest,
  type LinkReading,
  linkReading,
  readInForce,
  readingText,
  setImpairment,
  type WanulatorShell,
  wcfgFor,
} from './wanulator'
import { parseWcfg, printWcfg } from './wcfg'
import { withDirections } from './wcfg-form'

type Ends = Pick<WanLink, 'toIsp' | 'toRouter'>

/** A `.wcfg` from outside, as a link's form: `rest` tells in words what the form cannot show. Throws `bad-input`. */
export function importWcfg(link: Ends, text: string): { impairment: Impairment; rest: string[] } {
  const wcfg = parseWcfg(text)
  const reading = linkReading(link, { kind: 'file', file: 'the file', text })
  if (reading.kind === 'impairment') return { impairment: reading.impairment, rest: reading.rest }
  const names = wcfg.interfaces.map(({ name }) => name).join(', ')
  throw new AppError('bad-input', `the file is for other interfaces (${names})`, {
    hint: `This WANulator has ${link.toRouter.guest} towards the router and ${link.toIsp.guest} towards the ISP.`,
  })
}

/**
 * A `.wcfg` with an impairment. `base`: the file that it is put into, whatever else stands there kept; without one
 * nothing else happens. Throws `bad-input`.
 */
export function exportWcfg(link: Ends, impairment: Impairment, base?: string): string {
  if (base === undefined) return wcfgFor(link, impairment, { kind: 'none' })
  return printWcfg(withDirections(parseWcfg(base), byGuest(link, impairment)))
}

/** Sets what a link does, and reads it back; with a `base` as `exportWcfg`. Rejects with `command-failed`, `bad-input`. */
export async function setLink(
  shell: WanulatorShell,
  emulator: string,
  link: Ends,
  { impairment, wcfg }: { impairment: Impairment; wcfg?: string },
): Promise<LinkReading> {
  if (wcfg === undefined) await setImpairment(shell, emulator, link, impairment)
  else await applyWcfg(shell, emulator, exportWcfg(link, impairment, wcfg))
  const reading = linkReading(link, await readInForce(shell, emulator))
  const isAsAsked =
    reading.kind === 'impairment' &&
    sameDirection(reading.impairment.toIsp, impairment.toIsp) &&
    sameDirection(reading.impairment.toRouter, impairment.toRouter)
  if (isAsAsked) return reading
  throw new AppError('command-failed', `something else is in force: ${readingText(reading)}`, { hint: 'Set it again.' })
}
