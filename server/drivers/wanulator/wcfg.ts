import { AppError } from '../../errors'
import { childrenOf, parseXml, printXml, type XmlDocument, type XmlElement } from './xml'

/*
 * The WANulator's configuration file. What its numbers mean is read from the team's seven files and their names, not from
 * a specification: everything that is not known here stays as it is written, and "applied" is true only once measured.
 */

/** `SimFn Type`. */
export const SIM_TYPES = { delay: '1', drop: '2', limit: '6' } as const
/** `Timing Type`. */
export const TIMING_TYPES = { always: '0', nth: '2', chance: '3' } as const

/** Which packets a function touches. `burst`: `Timing Burst` as written, 0 in all known files. */
export type Timing =
  | { kind: 'always'; burst: number }
  | { kind: 'nth'; n: number; burst: number }
  | { kind: 'chance'; percent: number; burst: number }
  /** Of a type that is not known, or with a number that is none. */
  | { kind: 'other'; type: string }

/** What is done to packets that leave an interface, in the order of the file. */
export type SimFunction =
  | { kind: 'limit'; speed: number }
  | { kind: 'delay'; ms: number; isRandom: boolean; timing: Timing }
  | { kind: 'drop'; timing: Timing }
  | { kind: 'other'; type: string }

/** An interface of the WANulator by its name in there ("ens18"). */
export type WcfgInterface = { name: string; functions: SimFunction[] }

export type Wcfg = { document: XmlDocument; interfaces: WcfgInterface[] }

const ROOT = 'WANulatorConfigV2'
/** `DelayValue` counts in these. */
export const DELAY_STEP_MS = 10

const wholeNumber = (text: string | undefined): number | null => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : null)
const percentNumber = (text: string | undefined): number | null =>
  /^\d{1,3}(\.\d{1,6})?$/.test(text ?? '') && Number(text) <= 100 ? Number(text) : null

function timingOf(fn: XmlElement): Timing {
  const [timing] = childrenOf(fn, 'Timing')
  if (!timing) return { kind: 'always', burst: 0 }
  const { Type: type = '', Static, Chance, Burst = '0' } = timing.attributes
  const [n, percent, burst] = [wholeNumber(Static), percentNumber(Chance), wholeNumber(Burst)]
  if (burst !== null && type === TIMING_TYPES.always) return { kind: 'always', burst }
  if (burst !== null && type === TIMING_TYPES.nth && n !== null && n > 0) return { kind: 'nth', n, burst }
  if (burst !== null && type === TIMING_TYPES.chance && percent !== null) return { kind: 'chance', percent, burst }
  return { kind: 'other', type }
}

/** What one `SimFn` element does. */
export function simFunctionOf(fn: XmlElement): SimFunction {
  const type = fn.attributes.Type ?? ''
  const params = childrenOf(fn, 'Params')[0]?.attributes ?? {}
  if (type === SIM_TYPES.drop) return { kind: 'drop', timing: timingOf(fn) }
  if (type === SIM_TYPES.limit) {
    const speed = wholeNumber(params.Speed)
    return speed === null ? { kind: 'other', type } : { kind: 'limit', speed }
  }
  if (type !== SIM_TYPES.delay) return { kind: 'other', type }
  const steps = wholeNumber(params.DelayValue)
  const { DelayType: delayType = '' } = params
  if (steps === null || !['0', '1'].includes(delayType)) return { kind: 'other', type }
  return { kind: 'delay', ms: steps * DELAY_STEP_MS, isRandom: delayType === '1', timing: timingOf(fn) }
}

/** A document as a configuration. Throws `bad-input` when it is none. */
export function wcfgOf(document: XmlDocument): Wcfg {
  const { root } = document
  const elements = childrenOf(root, 'Interface')
  const names = elements.map(({ attributes }) => attributes.Name ?? '')
  const wrong =
    (root.name !== ROOT && `its top element is "${root.name.slice(0, 40)}", expected "${ROOT}"`) ||
    (names.length === 0 && 'it has no Interface') ||
    (names.includes('') && 'an Interface has no Name') ||
    (new Set(names).size < names.length && 'two Interfaces have the same Name')
  if (wrong) {
    throw new AppError('bad-input', `no WANulator configuration: ${wrong}`, {
      hint: 'Expected a .wcfg file as the WANulator 2.4 writes it.',
    })
  }
  const interfaces = elements.map((element, index) => ({
    name: names[index] ?? '',
    functions: childrenOf(element, 'SimFn').map(simFunctionOf),
  }))
  return { document, interfaces }
}

/** Reads a `.wcfg`. Throws `bad-input`. */
export const parseWcfg = (text: string): Wcfg => wcfgOf(parseXml(text))

/** The file's text; byte for byte what was parsed, where nothing was changed. */
export const printWcfg = ({ document }: Pick<Wcfg, 'document'>): string => printXml(document)
