import { type Direction, DirectionSchema } from '../../domain/impairment'
import { AppError } from '../../errors'
import {
  DELAY_STEP_MS,
  SIM_TYPES,
  type SimFunction,
  simFunctionOf,
  TIMING_TYPES,
  type Timing,
  type Wcfg,
  wcfgOf,
} from './wcfg'
import { childrenOf, parseXml, withAttribute, type XmlElement, type XmlNode, xmlElement } from './xml'

/** What a form can show of an interface's functions, and in words what it cannot. */
export type FormReading = { direction: Direction; rest: string[] }

type Entry = Partial<Direction> | null

function dropEntry(timing: Timing): Entry {
  if (timing.kind === 'always') return { dropEveryNth: 1 }
  if (timing.kind === 'nth') return { dropEveryNth: timing.n }
  return timing.kind === 'chance' ? { lossPercent: timing.percent } : null
}

function delayEntry({ ms, isRandom, timing }: Extract<SimFunction, { kind: 'delay' }>): Entry {
  const isAll = timing.kind === 'always' || (timing.kind === 'nth' && timing.n === 1)
  if (isRandom) return isAll ? { jitterMs: ms } : null
  if (isAll) return { delayMs: ms, delayedPercent: 100 }
  return timing.kind === 'chance' ? { delayMs: ms, delayedPercent: timing.percent } : null
}

function entryOf(fn: SimFunction): Entry {
  if (fn.kind === 'limit') return { rateLimit: fn.speed }
  if (fn.kind === 'drop') return dropEntry(fn.timing)
  return fn.kind === 'delay' ? delayEntry(fn) : null
}

const burstOf = (fn: SimFunction): number => ('timing' in fn && fn.timing.kind !== 'other' ? fn.timing.burst : 0)

/** A configuration's interface as a form. The first function of a kind is shown, every other one is told as rest. */
export function formOf(functions: readonly SimFunction[]): FormReading {
  let direction: Partial<Direction> = {}
  const rest: string[] = []
  for (const fn of functions) {
    const entry = entryOf(fn)
    const isTaken = entry !== null && Object.keys(entry).some((key) => key in direction)
    const parsed = entry && !isTaken ? DirectionSchema.partial().safeParse(entry) : null
    if (entry && parsed?.success) direction = { ...direction, ...entry }
    else if (isTaken) rest.push(`a second ${fn.kind}`)
    else
      rest.push(
        fn.kind === 'other' ? `function of type ${fn.type || 'none'}` : `a ${fn.kind} with other timing or numbers`,
      )
    if (burstOf(fn) > 0) rest.push(`burst ${burstOf(fn)} of a ${fn.kind}`)
  }
  return { direction: DirectionSchema.parse(direction), rest }
}

type TimingWords = { Type: string; Static?: string; Chance?: string }
type Wanted = {
  kind: 'limit' | 'drop' | 'delay' | 'jitter'
  type: string
  params: Record<string, string>
  timing?: TimingWords
}

const nth = (n: number): TimingWords => ({ Type: TIMING_TYPES.nth, Static: String(n) })
const chance = (percent: number): TimingWords => ({ Type: TIMING_TYPES.chance, Chance: String(percent) })
const delayParams = (ms: number, type: '0' | '1') => ({ DelayValue: String(ms / DELAY_STEP_MS), DelayType: type })

/** The functions of a direction, as the team's files have them. */
function wantedFunctions(direction: Direction): Wanted[] {
  const { rateLimit, lossPercent, dropEveryNth, delayMs, delayedPercent, jitterMs } = direction
  const wanted: Wanted[] = [{ kind: 'limit', type: SIM_TYPES.limit, params: { Speed: String(rateLimit) } }]
  const drop = (timing: TimingWords) => wanted.push({ kind: 'drop', type: SIM_TYPES.drop, params: {}, timing })
  const delay = (kind: 'delay' | 'jitter', params: Record<string, string>, timing: TimingWords) =>
    wanted.push({ kind, type: SIM_TYPES.delay, params, timing })
  if (dropEveryNth !== null) drop(nth(dropEveryNth))
  if (lossPercent > 0) drop(chance(lossPercent))
  if (delayMs > 0 && delayedPercent > 0)
    delay('delay', delayParams(delayMs, '0'), delayedPercent === 100 ? nth(1) : chance(delayedPercent))
  if (jitterMs > 0) delay('jitter', delayParams(jitterMs, '1'), nth(1))
  return wanted
}

const DEFAULT_TIMING = { Type: TIMING_TYPES.always, Static: '1', Chance: '100', Burst: '0' }

function newFunction({ type, params, timing }: Wanted): XmlElement {
  const hasParams = Object.keys(params).length > 0
  return xmlElement('SimFn', { Type: type }, [
    ...(hasParams ? [xmlElement('Params', params)] : []),
    ...(timing ? [xmlElement('Timing', { ...DEFAULT_TIMING, ...timing })] : []),
  ])
}

const withAttributes = (element: XmlElement, attributes: Record<string, string>): XmlElement =>
  Object.entries(attributes).reduce((changed, [name, value]) => withAttribute(changed, name, value), element)

/** The function with other numbers; its own attributes and elements stay. null when it has not the elements for them. */
function changedFunction(fn: XmlElement, { params, timing }: Wanted): XmlElement | null {
  const words: Record<string, Record<string, string>> = { Params: params, ...(timing ? { Timing: { ...timing } } : {}) }
  const isMissing = Object.entries(words).some(
    ([name, values]) => Object.keys(values).length > 0 && childrenOf(fn, name).length === 0,
  )
  if (isMissing) return null
  const children = fn.children.map((child) =>
    typeof child === 'string' ? child : withAttributes(child, words[child.name] ?? {}),
  )
  return { ...fn, children }
}

/** Whether a function that is there already can carry a wanted one. */
function carries(fn: SimFunction, { kind, timing }: Wanted): boolean {
  if (fn.kind === 'delay') return kind === (fn.isRandom ? 'jitter' : 'delay')
  if (fn.kind !== 'drop') return fn.kind === kind
  return kind === 'drop' && (fn.timing.kind === 'chance') === (timing?.Type === TIMING_TYPES.chance)
}

/** Blanks and line ends alone. */
const isBlank = (node: XmlNode | undefined): node is string => typeof node === 'string' && node.trim() === ''

export type ChangeOptions = {
  /** Keeps functions that no form knows, and bursts: default. Else an interface does what the form says, and nothing more. */
  keepOthers?: boolean
}

const isSimFn = (node: XmlNode): node is XmlElement => typeof node !== 'string' && node.name === 'SimFn'

/** Written in another way ("always", "every 1.") but the same to a packet: left as it is written. */
function entriesAgree(a: SimFunction, b: SimFunction): boolean {
  const [left, right] = [entryOf(a), entryOf(b)]
  return left !== null && JSON.stringify(left) === JSON.stringify(right)
}

function fitted(child: XmlElement, fn: SimFunction, wanted: Wanted): XmlElement {
  const fresh = newFunction(wanted)
  return entriesAgree(fn, simFunctionOf(fresh)) ? child : (changedFunction(child, wanted) ?? fresh)
}

function changedInterface(element: XmlElement, direction: Direction, { keepOthers = true }: ChangeOptions): XmlElement {
  const wanted = wantedFunctions(direction)
  const children: XmlNode[] = []
  for (const child of element.children) {
    const fn = isSimFn(child) ? simFunctionOf(child) : null
    if (!isSimFn(child) || !fn || (fn.kind === 'other' && keepOthers)) children.push(child)
    else {
      const at = keepOthers || burstOf(fn) === 0 ? wanted.findIndex((one) => carries(fn, one)) : -1
      const [one] = at < 0 ? [] : wanted.splice(at, 1)
      if (one) children.push(fitted(child, fn, one))
      else if (isBlank(children.at(-1))) children.pop()
    }
  }
  // An interface without any function has never been seen: the good file has a limit of none.
  const isNeedless = ({ kind, params }: Wanted) => kind === 'limit' && params.Speed === '0'
  const isEmpty = !children.some(isSimFn) && wanted.every(isNeedless)
  const missing = isEmpty ? wanted : wanted.filter((one) => !isNeedless(one))
  return { ...element, children: withAppended(children, missing.map(newFunction), indentOf(element)) }
}

/** What stands before each function of an interface. */
function indentOf({ children }: XmlElement): string {
  const before = children[children.findIndex(isSimFn) - 1]
  return isBlank(before) ? before : ''
}

/** The new functions behind the last one, or as the first in an interface. */
function withAppended(children: readonly XmlNode[], added: readonly XmlElement[], indent: string): XmlNode[] {
  const at = children.findLastIndex(isSimFn) + 1
  return [...children.slice(0, at), ...added.flatMap((fn) => [indent, fn]), ...children.slice(at)]
}

/**
 * The configuration with other directions, by interface name. Functions, elements and attributes that no form knows
 * stay where they are. Throws `bad-input` for an interface that the configuration has not.
 */
export function withDirections(
  wcfg: Wcfg,
  directions: Readonly<Record<string, Direction>>,
  options: ChangeOptions = {},
): Wcfg {
  const known = wcfg.interfaces.map(({ name }) => name)
  const unknown = Object.keys(directions).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new AppError('bad-input', `the configuration has no interface "${unknown}"; it has: ${known.join(', ')}`, {
      hint: 'Check wan.wanulators[].nics[].guest in the lab file.',
    })
  }
  const { document } = wcfg
  const children = document.root.children.map((child) => {
    const direction = typeof child === 'string' ? undefined : directions[child.attributes.Name ?? '']
    if (typeof child === 'string' || child.name !== 'Interface' || !direction) return child
    return changedInterface(child, direction, options)
  })
  return wcfgOf({ ...document, root: { ...document.root, children } })
}

const NEW_INTERFACE = { UseDHCP: '0', IpAddr: '0.0.0.0', IpMask: '0.0.0.0' }

/** A new configuration that bridges two interfaces; each with what happens to traffic that leaves it. */
export function newWcfg(directions: Readonly<Record<string, Direction>>): Wcfg {
  const good = xmlElement('SimFn', { Type: SIM_TYPES.limit }, [xmlElement('Params', { Speed: '0' })])
  const interfaces = Object.keys(directions).flatMap((name) => [
    '\n  ',
    xmlElement('Interface', { Name: name, ...NEW_INTERFACE }, ['\n    ', good, '\n  ']),
  ])
  const root = xmlElement('WANulatorConfigV2', { NetworkMode: '0' }, [...interfaces, '\n'])
  return withDirections(wcfgOf({ before: '<!DOCTYPE WANulatorConfigXML>\n', root, after: '\n' }), directions)
}

/** Whether two texts configure the same: the same elements and attributes, whatever their order, quotes and blanks. */
export const sameWcfg = (a: string, b: string): boolean => canonical(parseXml(a).root) === canonical(parseXml(b).root)

const canonical = ({ name, attributes, children }: XmlElement): string =>
  JSON.stringify([
    name,
    Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    children.filter((child) => typeof child !== 'string').map(canonical),
  ])
