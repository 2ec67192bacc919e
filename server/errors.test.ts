import { expect, it } from 'vitest'
import { AppError, asAppError } from './errors'
import { StoppedError } from './runner/budget'

it('tells its own kind from strangers, and a subclass from its parent', () => {
  expect(new AppError('store', 'x') instanceof AppError).toBe(true)
  expect(new StoppedError('timed-out', 'x', 1) instanceof AppError).toBe(true)
  expect(new AppError('store', 'x') instanceof StoppedError).toBe(false)
  expect(new Error('x') instanceof AppError).toBe(false)
  expect(asAppError(new Error('x')).code).toBe('internal')
})
