import { beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../errors'
import type { RunSession } from './session'
import { untilStored } from './until-stored'

const pauses = vi.hoisted((): number[] => [])
vi.mock('node:timers/promises', () => ({ setTimeout: async (ms: number) => void pauses.push(ms) }))

const full = () => new AppError('store', 'the disk with the database is full', { hint: 'Free some space.' })
const session = (isClosing: () => boolean = () => false) => ({ runId: 'r1', isClosing }) as RunSession

describe('untilStored', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  beforeEach(() => {
    pauses.length = 0
    said.mockClear()
  })

  it('tries for as long as the store refuses, and says once where an engineer looks what to do', async () => {
    const store = vi.fn(async () => {
      if (store.mock.calls.length < 1000) throw full()
    })
    expect(await untilStored(session(), store)).toBe(true)
    expect(store).toHaveBeenCalledTimes(1000)
    expect(Math.max(...pauses)).toBe(5000)
    expect(said.mock.calls).toEqual([
      ['failover-lab: the end of run r1 cannot be stored: the disk with the database is full. Free some space.'],
    ])
  })

  it('gives up soon when the dashboard is being stopped', async () => {
    const closing = session(() => pauses.length > 30)
    expect(await untilStored(closing, () => Promise.reject(full()))).toBe(false)
    expect(pauses).toHaveLength(31)
    pauses.length = 0
    const stopped = session(() => true)
    expect(await untilStored(stopped, () => Promise.reject(full()))).toBe(false)
    expect(pauses).toHaveLength(5)
  })

  it('does not try again what will never be taken', async () => {
    const store = vi.fn(() => Promise.reject(new AppError('not-found', 'there is no run "r1"')))
    expect(await untilStored(session(), store)).toBe(false)
    expect(store).toHaveBeenCalledTimes(1)
  })
})
