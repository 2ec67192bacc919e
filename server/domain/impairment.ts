import { z } from 'zod'

/** Whole ones: those that the known files have. */
const percent = z.int().min(0).max(100)
/** The WANulator counts delays in steps of 10 ms. */
const delayMs = z.int().min(0).max(60_000).multipleOf(10)

/** What a WANulator does to the packets of one direction. Nothing at all: `GOOD`. */
export const DirectionSchema = z.strictObject({
  /** Dropped by chance, %. */
  lossPercent: percent.default(0),
  /** Every n-th packet is dropped; 1: all of them; null: none. */
  dropEveryNth: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Constant. */
  delayMs: delayMs.default(0),
  /** So many of the packets get that delay, by chance, %. */
  delayedPercent: percent.default(100),
  /** Random delay of at most so much. */
  jitterMs: delayMs.default(0),
  /** `Params Speed` of the WANulator, whose unit no file tells; 0: none. */
  rateLimit: z.int().min(0).max(1_000_000_000).default(0),
})
export type Direction = z.infer<typeof DirectionSchema>

/** A link's impairment; each direction is what happens to traffic that leaves the WANulator there. */
export const ImpairmentSchema = z.strictObject({ toIsp: DirectionSchema, toRouter: DirectionSchema })
export type Impairment = z.infer<typeof ImpairmentSchema>

const direction = (more: Partial<Direction> = {}): Direction => DirectionSchema.parse(more)

export const GOOD: Direction = direction()

/** The seven that the team has files for. */
export const IMPAIRMENT_PRESETS = [
  { id: 'good', title: 'Good', direction: GOOD },
  { id: 'drop-100', title: 'Drops everything', direction: direction({ dropEveryNth: 1 }) },
  { id: 'drop-15', title: 'Drops 15 %', direction: direction({ lossPercent: 15 }) },
  { id: 'drop-5th', title: 'Drops every 5th', direction: direction({ dropEveryNth: 5 }) },
  { id: 'delay-150', title: 'Delay 150 ms', direction: direction({ delayMs: 150 }) },
  { id: 'jitter-80', title: 'Jitter 80 ms', direction: direction({ jitterMs: 80 }) },
  { id: 'jitter-50-150', title: '150 ms for 50 %', direction: direction({ delayMs: 150, delayedPercent: 50 }) },
] as const satisfies readonly { id: string; title: string; direction: Direction }[]
export type PresetId = (typeof IMPAIRMENT_PRESETS)[number]['id']

const KEYS = Object.keys(GOOD) as (keyof Direction)[]

/** Without what has no effect: the share of packets of a delay that there is not. */
const effective = (one: Direction): Direction =>
  one.delayMs === 0 || one.delayedPercent === 0 ? { ...one, delayMs: 0, delayedPercent: 100 } : one

/** Whether two do the same to a packet. */
export function sameDirection(a: Direction, b: Direction): boolean {
  const [left, right] = [effective(a), effective(b)]
  return KEYS.every((key) => left[key] === right[key])
}

/** The preset that does the same; null when there is none. */
export const presetOf = (one: Direction): PresetId | null =>
  IMPAIRMENT_PRESETS.find((preset) => sameDirection(preset.direction, one))?.id ?? null

/** The preset's direction. */
export const presetDirection = (id: PresetId): Direction =>
  IMPAIRMENT_PRESETS.find((preset) => preset.id === id)?.direction ?? GOOD

/** Whether a link passes everything on untouched. */
export const isGood = ({ toIsp, toRouter }: Impairment): boolean =>
  sameDirection(toIsp, GOOD) && sameDirection(toRouter, GOOD)

/** Expected loss of a direction, 0…1: chance and every n-th one after the other. */
export const lossOf = ({ lossPercent, dropEveryNth }: Direction): number =>
  1 - (1 - lossPercent / 100) * (1 - (dropEveryNth === null ? 0 : 1 / dropEveryNth))

/**
 * What a ping sees of both directions together: losses compound (15 % each way is 28 %), delays add up. Delay and
 * jitter are the largest that one packet can get, ms.
 */
export function roundTrip({ toIsp, toRouter }: Impairment): { lossPercent: number; delayMs: number; jitterMs: number } {
  const [there, back] = [effective(toIsp), effective(toRouter)]
  return {
    lossPercent: 100 * (1 - (1 - lossOf(there)) * (1 - lossOf(back))),
    delayMs: there.delayMs + back.delayMs,
    jitterMs: there.jitterMs + back.jitterMs,
  }
}

/** "15 % loss, 150 ms delay for 50 %"; "good" when there is nothing. */
export function directionText(one: Direction): string {
  const { lossPercent, dropEveryNth, delayMs: delay, delayedPercent, jitterMs, rateLimit } = effective(one)
  const parts = [
    lossPercent > 0 && `${lossPercent} % loss`,
    dropEveryNth === 1 && 'all dropped',
    dropEveryNth !== null && dropEveryNth > 1 && `every ${dropEveryNth}. packet dropped`,
    delay > 0 && `${delay} ms delay${delayedPercent < 100 ? ` for ${delayedPercent} %` : ''}`,
    jitterMs > 0 && `${jitterMs} ms jitter`,
    rateLimit > 0 && `rate limit ${rateLimit}`,
  ].filter((part) => part !== false)
  return parts.join(', ') || 'good'
}

/** "to ISP 15 % loss; to router good"; "15 % loss each way". */
export function impairmentText(link: Impairment): string {
  if (isGood(link)) return 'good'
  const [there, back] = [directionText(link.toIsp), directionText(link.toRouter)]
  return sameDirection(link.toIsp, link.toRouter) ? `${there} each way` : `to ISP ${there}; to router ${back}`
}

/** How a link is changed, as a run says it. */
export const IMPAIRED_BY = 'a new .wcfg on the WANulator, which replaces its emulator'

/** Whether nothing at all can pass, in either direction. */
export const isCut = ({ toIsp, toRouter }: Impairment): boolean => lossOf(toIsp) === 1 && lossOf(toRouter) === 1
