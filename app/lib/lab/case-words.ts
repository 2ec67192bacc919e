import type { CaseView, ParamField } from '@/server/domain/case'

/** The title of a parameter; its name where the case does not know it. */
export const paramTitle = (fields: readonly ParamField[], name: string): string =>
  fields.find((field) => field.name === name)?.title ?? name

/** A parameter's value for people, without its unit. */
export const paramValue = ({ type, choices }: Pick<ParamField, 'type' | 'choices'>, value: unknown): string => {
  if (type === 'boolean') return value === true ? 'yes' : 'no'
  return choices.find((choice) => choice.value === value)?.title ?? String(value)
}

/** "Load for: 30 s" for each parameter of a run, in the order in which they are given. */
export const paramWords = (fields: readonly ParamField[], params: Record<string, unknown>): string[] =>
  Object.entries(params).map(([name, value]) => {
    const field = fields.find((one) => one.name === name)
    return field
      ? [`${field.title}:`, paramValue(field, value), field.unit].filter((part) => part !== null).join(' ')
      : `${name}: ${String(value)}`
  })

/** What a case does to its lab, in a few words; null: nothing. */
export function effectOf({ destructive, destructiveWhen, outage, fields }: CaseView): string | null {
  if (destructive) return outage ? 'interrupts traffic' : 'changes the configuration'
  return destructiveWhen === null ? null : `stops a service only with: ${paramTitle(fields, destructiveWhen)}`
}
