// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useForm } from 'react-hook-form'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ParamField } from '@/server/domain/case'
import { ParamForm, type ParamValues, paramDefaults } from './param-form'

const field = (more: Partial<ParamField>): ParamField => ({
  name: 'waitS',
  title: 'Wait',
  description: null,
  type: 'number',
  choices: [],
  default: 30,
  min: 5,
  max: 300,
  unit: 's',
  ...more,
})

const mode = field({
  name: 'mode',
  title: 'How',
  type: 'choice',
  choices: [
    { value: 'kill-9', title: 'kill -9' },
    { value: 'clean-stop', title: 'clean stop' },
  ],
  default: 'kill-9',
  min: null,
  max: null,
  unit: null,
})

function Form({ fields, onSubmit }: { fields: ParamField[]; onSubmit: (values: ParamValues) => void }) {
  const { register, handleSubmit, formState } = useForm<ParamValues>({ defaultValues: paramDefaults(fields, {}) })
  return (
    <form onSubmit={handleSubmit(onSubmit)} noValidate>
      <ParamForm fields={fields} register={register} errors={formState.errors} />
      <button type="submit">Run</button>
    </form>
  )
}

describe('ParamForm', () => {
  afterEach(cleanup)

  it('comes from the metadata and gives numbers as numbers', async () => {
    const onSubmit = vi.fn()
    render(<Form fields={[mode, field({})]} onSubmit={(values) => onSubmit(values)} />)
    fireEvent.change(screen.getByLabelText('How'), { target: { value: 'clean-stop' } })
    fireEvent.change(screen.getByLabelText('Wait (s)'), { target: { value: '12.5' } })
    fireEvent.click(screen.getByRole('button', { name: 'Run' }))
    await vi.waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ mode: 'clean-stop', waitS: 12.5 }))
  })

  it.each([
    ['2', 'at least 5'],
    ['999', 'at most 300'],
    ['soon', 'must be a number'],
    ['', 'must be a number'],
  ])('refuses %j and says why', async (value, message) => {
    const onSubmit = vi.fn()
    render(<Form fields={[field({})]} onSubmit={onSubmit} />)
    fireEvent.change(screen.getByLabelText('Wait (s)'), { target: { value } })
    fireEvent.click(screen.getByRole('button', { name: 'Run' }))
    expect((await screen.findByRole('alert')).textContent).toContain(message)
    expect(onSubmit).not.toHaveBeenCalled()
  })

  it('starts from the parameters of an earlier run', () => {
    expect(paramDefaults([mode, field({})], { waitS: 60 })).toEqual({ mode: 'kill-9', waitS: 60 })
  })
})
