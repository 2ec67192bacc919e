import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { StoppedError, withBudget } from './budget'

const never = (signal: AbortSignal) => sleep(60_000, undefined, { signal })

describe('withBudget', () => {
  it('gives what the work gives', async () => {
    expect(await withBudget('x', 1000, new AbortController().signal, async () => 7)).toBe(7)
  })

  it('names the phase when the budget runs out, even if the work does not react', async () => {
    const error = await withBudget('Settle', 10, new AbortController().signal, () => new Promise(() => {})).catch(
      (e) => e,
    )
    expect(error).toBeInstanceOf(StoppedError)
    expect(error).toMatchObject({ stopped: 'timed-out', message: '"Settle" did not end within 0.01 s' })
  })

  it('tells a cancel from a budget, and aborts the work', async () => {
    const outer = new AbortController()
    let inner: AbortSignal | undefined
    const running = withBudget('Wait', 60_000, outer.signal, (signal) => {
      inner = signal
      return never(signal)
    })
    outer.abort()
    await expect(running).rejects.toMatchObject({ stopped: 'cancelled' })
    expect(inner?.aborted).toBe(true)
  })

  it('starts nothing once it is cancelled', async () => {
    let started = false
    const work = async () => {
      started = true
    }
    await expect(withBudget('x', 1000, AbortSignal.abort(), work)).rejects.toMatchObject({ stopped: 'cancelled' })
    expect(started).toBe(false)
  })
})
