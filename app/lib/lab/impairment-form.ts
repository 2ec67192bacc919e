import {
  type Direction,
  DirectionSchema,
  type Impairment,
  ImpairmentSchema,
  sameDirection,
} from '@/server/domain/impairment'

type Key = keyof Direction

/** The fields of one direction, as the form shows them. */
export const IMPAIRMENT_FIELDS: readonly { key: Key; label: string; unit: string; rule: string }[] = [
  { key: 'lossPercent', label: 'Loss by chance', unit: '%', rule: '0 to 100, whole' },
  { key: 'dropEveryNth', label: 'Drop every n-th', unit: 'packet', rule: '1 drops all, empty none' },
  { key: 'delayMs', label: 'Delay', unit: 'ms', rule: 'in steps of 10' },
  { key: 'delayedPercent', label: 'Delayed share', unit: '%', rule: '0 to 100, whole' },
  { key: 'jitterMs', label: 'Jitter, at most', unit: 'ms', rule: 'in steps of 10' },
  { key: 'rateLimit', label: 'Rate limit', unit: 'as in the file', rule: '0: none; no file tells its unit' },
]

/** What stands in the form; `toRouter` counts only while both ways are not the same. */
export type ImpairmentValues = { both: boolean; toIsp: FieldValues; toRouter: FieldValues }
export type FieldValues = Record<Key, string>

export const fieldsOf = (direction: Direction): FieldValues =>
  Object.fromEntries(
    Object.entries(direction).map(([key, value]) => [key, value === null ? '' : String(value)]),
  ) as FieldValues

export const valuesOf = ({ toIsp, toRouter }: Impairment): ImpairmentValues => ({
  both: sameDirection(toIsp, toRouter),
  toIsp: fieldsOf(toIsp),
  toRouter: fieldsOf(toRouter),
})

/** A field's number; only "every n-th" may be empty. */
const numberOf = (key: Key, text: string): number | null => {
  if (text.trim() === '') return key === 'dropEveryNth' ? null : Number.NaN
  return Number(text)
}

/** Why a field cannot be taken; true when it can. */
export function checkField(key: Key, text: string): true | string {
  if (DirectionSchema.shape[key].safeParse(numberOf(key, text)).success) return true
  const { rule = '' } = IMPAIRMENT_FIELDS.find((field) => field.key === key) ?? {}
  return rule
}

export function directionOf(fields: FieldValues): Direction | null {
  const given = Object.fromEntries(
    Object.entries(fields).map(([key, text]) => [key, numberOf(key as Key, text)] as const),
  )
  return DirectionSchema.safeParse(given).data ?? null
}

/** The impairment that the form says; null while a field cannot be taken. */
export function impairmentOf({ both, toIsp, toRouter }: ImpairmentValues): Impairment | null {
  const there = directionOf(toIsp)
  const back = both ? there : directionOf(toRouter)
  return ImpairmentSchema.safeParse({ toIsp: there, toRouter: back }).data ?? null
}
