import type { CaseView, ParamField } from '@/server/domain/case'

/** The title of a parameter; its name where the case does not know it. */
export const paramTitle = (fields: readonly ParamField[], name: string): string =>
  fields.find((field) => field.name === name)?.title ?? name

/** What a case does to its lab, in a few words; null: nothing. */
export function effectOf({ destructive, destructiveWhen, outage, fields }: CaseView): string | null {
  if (destructive) return outage ? 'interrupts traffic' : 'changes the configuration'
  return destructiveWhen === null ? null : `stops a service only with: ${paramTitle(fields, destructiveWhen)}`
}
