import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { z } from 'zod'

/*
 * What the emulator makes of its file. Read on its own, from DEVICES.md: nothing of the product, or a mistake in there
 * would look right here.
 */

export type Timing = { kind: 'always' } | { kind: 'nth'; n: number } | { kind: 'chance'; share: number }
/** What is done to packets that leave an interface, in the order of the file. `kbitPerS` 0: no limit. */
export type SimFn =
  | { kind: 'limit'; kbitPerS: number }
  | { kind: 'delay'; ms: number; isRandom: boolean; timing: Timing }
  | { kind: 'drop'; timing: Timing }

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (value === undefined || value === '' ? [] : [value].flat()), z.array(item))
const number = z.coerce.number().nonnegative()
const attributes = <T extends z.ZodRawShape>(shape: T) =>
  z.preprocess((value) => (value === '' ? {} : value), z.object(shape))

const SimFnSchema = z.object({
  Type: z.string(),
  Params: attributes({
    Speed: number.optional(),
    DelayValue: number.optional(),
    DelayType: z.string().optional(),
  }).optional(),
  Timing: attributes({ Type: z.string().optional(), Static: number.optional(), Chance: number.optional() }).optional(),
})
const FileSchema = z.object({
  WANulatorConfigV2: z.object({ Interface: list(z.object({ Name: z.string().min(1), SimFn: list(SimFnSchema) })) }),
})
type SimElement = z.infer<typeof SimFnSchema>

function timingOf({ Timing }: SimElement): Timing {
  if (Timing?.Type === '2') return { kind: 'nth', n: Math.max(1, Timing.Static ?? 1) }
  if (Timing?.Type === '3') return { kind: 'chance', share: (Timing.Chance ?? 0) / 100 }
  return { kind: 'always' }
}

/** A type that nobody knows does nothing. */
function functionsOf(element: SimElement): SimFn[] {
  const { Type: type, Params: params = {} } = element
  if (type === '6') return [{ kind: 'limit', kbitPerS: params.Speed ?? 0 }]
  if (type === '2') return [{ kind: 'drop', timing: timingOf(element) }]
  if (type !== '1') return []
  const ms = (params.DelayValue ?? 0) * 10
  return [{ kind: 'delay', ms, isRandom: params.DelayType === '1', timing: timingOf(element) }]
}

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false })

/** Functions by interface; null: the emulator cannot read it. */
export function readWcfg(text: string): Map<string, SimFn[]> | null {
  if (XMLValidator.validate(text) !== true) return null
  const parsed = FileSchema.safeParse(parser.parse(text))
  if (!parsed.success) return null
  const { Interface: interfaces } = parsed.data.WANulatorConfigV2
  if (interfaces.length === 0) return null
  return new Map(interfaces.map(({ Name, SimFn }) => [Name, SimFn.flatMap(functionsOf)]))
}
