'use client'
import { useId } from 'react'
import type { FieldErrors, UseFormRegister } from 'react-hook-form'
import { Field, Input, Select } from '@/app/components/ui/field'
import type { ParamField } from '@/server/domain/case'

/** Keys of the form have no dots or brackets in them, whatever the parameter is called. */
export type ParamValues = Record<string, string | number | boolean>

export function paramDefaults(fields: ParamField[], given: Record<string, unknown>): ParamValues {
  return Object.fromEntries(
    fields.map(({ name, default: fallback, type, choices }) => {
      const value = given[name] ?? fallback ?? (type === 'boolean' ? false : (choices[0]?.value ?? ''))
      return [name, value as string | number | boolean]
    }),
  )
}

type Props = { fields: ParamField[]; register: UseFormRegister<ParamValues>; errors: FieldErrors<ParamValues> }

/** The form of a case, from its metadata. */
export function ParamForm({ fields, register, errors }: Props) {
  return fields.map((field) => (
    <ParamInput key={field.name} field={field} register={register} error={errors[field.name]?.message} />
  ))
}

type InputProps = { field: ParamField; register: UseFormRegister<ParamValues>; error: string | undefined }

function ParamInput({ field, register, error }: InputProps) {
  const id = useId()
  const describedBy = [field.description ? `${id}-hint` : '', error ? `${id}-error` : ''].join(' ').trim()
  const common = { id, 'aria-invalid': error !== undefined, 'aria-describedby': describedBy || undefined }
  const label = field.unit ? `${field.title} (${field.unit})` : field.title
  if (field.type === 'boolean')
    return (
      <label className="flex items-center gap-2 font-medium">
        <input type="checkbox" {...common} {...register(field.name)} />
        {label}
      </label>
    )
  return (
    <Field label={label} htmlFor={id} hint={field.description ?? range(field)} error={error}>
      {field.type === 'choice' ? (
        <Select {...common} {...register(field.name)}>
          {field.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.title}
            </option>
          ))}
        </Select>
      ) : (
        <Input
          {...common}
          inputMode={field.type === 'number' ? 'decimal' : undefined}
          {...register(field.name, rules(field))}
        />
      )}
    </Field>
  )
}

const range = ({ min, max, unit }: ParamField): string | undefined =>
  min !== null && max !== null ? `${min} to ${max}${unit ? ` ${unit}` : ''}` : undefined

const rules = ({ type, min, max, title }: ParamField) =>
  type === 'number'
    ? {
        setValueAs: (value: unknown) => (value === '' ? Number.NaN : Number(value)),
        validate: (value: unknown) =>
          (typeof value === 'number' && Number.isFinite(value)) || `${title} must be a number`,
        ...(min === null ? {} : { min: { value: min, message: `at least ${min}` } }),
        ...(max === null ? {} : { max: { value: max, message: `at most ${max}` } }),
      }
    : {}
