'use client'
import type { UseFormReturn } from 'react-hook-form'
import { Input, Select } from '@/app/components/ui/field'
import {
  checkField,
  directionOf,
  fieldsOf,
  IMPAIRMENT_FIELDS,
  type ImpairmentValues,
} from '@/app/lib/lab/impairment-form'
import { IMPAIRMENT_PRESETS, presetDirection, presetOf } from '@/server/domain/impairment'

type Side = 'toIsp' | 'toRouter'
type Props = { form: UseFormReturn<ImpairmentValues> }

const TITLE: Record<Side, string> = { toIsp: 'To ISP', toRouter: 'To router' }

/** A column for each direction, or one for both. */
export function ImpairmentFields({ form }: Props) {
  const { register, watch, formState } = form
  const both = watch('both')
  const sides: readonly Side[] = both ? ['toIsp'] : ['toIsp', 'toRouter']
  const nameOf = (side: Side) => (both ? 'Each way' : TITLE[side])
  return (
    <div className="grid gap-2">
      <label className="flex items-center gap-2 font-medium">
        <input type="checkbox" {...register('both')} />
        The same in both directions
      </label>
      <table className="-mx-2 w-[calc(100%+1rem)] table-fixed border-separate border-spacing-x-2 border-spacing-y-2">
        <thead>
          <tr className="text-left">
            <td className="w-2/5" />
            {sides.map((side) => (
              <th key={side} scope="col" className="font-semibold">
                {nameOf(side)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row" className="text-left font-medium">
              Preset
            </th>
            {sides.map((side) => (
              <td key={side}>
                <Preset form={form} side={side} label={`Preset, ${nameOf(side)}`} />
              </td>
            ))}
          </tr>
          {IMPAIRMENT_FIELDS.map(({ key, label, unit, rule }) => (
            <tr key={key} className="align-top">
              <th scope="row" className="text-left font-normal">
                <span className="font-medium">{label}</span> <span className="text-muted">({unit})</span>
                <span className="block text-muted text-xs">{rule}</span>
              </th>
              {sides.map((side) => {
                const error = formState.errors[side]?.[key]?.message
                return (
                  <td key={side}>
                    <Input
                      inputMode="numeric"
                      aria-label={`${label} (${unit}), ${nameOf(side)}`}
                      aria-invalid={error !== undefined}
                      {...register(`${side}.${key}`, { validate: (text) => checkField(key, text) })}
                    />
                    {error ? (
                      <p role="alert" className="text-fail text-xs">
                        ✕ {error}
                      </p>
                    ) : null}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The team's files by name; what is none of them is shown as such. */
function Preset({ form: { watch, setValue }, side, label }: Props & { side: Side; label: string }) {
  const direction = directionOf(watch(side))
  const preset = direction ? presetOf(direction) : null
  const choose = (id: string) => {
    const chosen = IMPAIRMENT_PRESETS.find((one) => one.id === id)
    if (chosen) setValue(side, fieldsOf(presetDirection(chosen.id)), { shouldValidate: true, shouldDirty: true })
  }
  return (
    <Select aria-label={label} value={preset ?? ''} onChange={(event) => choose(event.target.value)}>
      <option value="" disabled>
        Another one
      </option>
      {IMPAIRMENT_PRESETS.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </Select>
  )
}
