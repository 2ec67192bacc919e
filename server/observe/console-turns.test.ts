import { describe, expect, it, vi } from 'vitest'
import { ConsoleTurns } from './console-turns'

const later = () => {
  let end = () => {}
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  return { done, end: () => end() }
}

describe('the turns at the consoles', () => {
  it('are taken one after the other by those who look', async () => {
    const turns = new ConsoleTurns()
    const first = later()
    const order: string[] = []
    const looks = [
      turns.look('lab', async () => {
        await first.done
        order.push('first')
      }),
      turns.look('lab', async () => void order.push('second')),
    ]
    expect(await turns.look('other', async () => 'another lab')).toBe('another lab')
    expect(order).toEqual([])
    first.end()
    await Promise.all(looks)
    expect(order).toEqual(['first', 'second'])
  })

  it('are a run’s as soon as a look that goes on has ended; nobody looks until it gives them back', async () => {
    const turns = new ConsoleTurns()
    const going = later()
    const look = turns.look('lab', () => going.done)
    const waiting = turns.look('lab', async () => 'never')
    const taking = turns.take('lab')
    expect(turns.isTaken('lab')).toBe(true)
    going.end()
    await look
    expect(await waiting).toBeNull()
    const free = await taking
    expect(await turns.look('lab', async () => 'never')).toBeNull()
    free()
    free()
    expect(turns.freedMs('lab')).toBeGreaterThan(0)
    expect(await turns.look('lab', async () => 'again')).toBe('again')
  })

  it('are left to a run by a look that takes too long', async () => {
    vi.useFakeTimers()
    try {
      const turns = new ConsoleTurns()
      const look = turns.look(
        'lab',
        (signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended by the run')))),
      )
      const failed = look.catch((error: Error) => error.message)
      await vi.advanceTimersByTimeAsync(0)
      const taking = turns.take('lab')
      await vi.advanceTimersByTimeAsync(2500)
      expect(await failed).toBe('ended by the run')
      const free = await taking
      free()
      expect(await turns.look('lab', async (signal) => signal.aborted)).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })
})
