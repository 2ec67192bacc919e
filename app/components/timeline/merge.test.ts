import { describe, expect, it } from 'vitest'
import { inView, union } from './merge'

const loss = (fromMs: number, toMs: number) => ({ fromMs, toMs, text: `${toMs - fromMs}`, lost: 1, open: false })

describe('merging', () => {
  it('joins overlapping shades', () => {
    expect(union([loss(5, 9), loss(0, 6), loss(20, 30)])).toEqual([
      { fromMs: 0, toMs: 9 },
      { fromMs: 20, toMs: 30 },
    ])
  })

  it('keeps what can be told apart and counts what cannot', () => {
    const view = { fromMs: 0, toMs: 1000 }
    const losses = [loss(-50, -10), loss(100, 104), loss(106, 110), loss(500, 600), loss(2000, 2001)]
    expect(inView(losses, view, 100).map((l) => [l.fromMs, l.toMs, l.text, l.lost])).toEqual([
      [100, 110, '2 outages', 2],
      [500, 600, '100', 1],
    ])
    expect(inView(losses, view, 1000)).toHaveLength(3)
  })

  it('makes few boxes of many losses', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => loss(i * 100, i * 100 + 5))
    expect(inView(many, { fromMs: 0, toMs: 10_000_000 }, 800).length).toBeLessThanOrEqual(800)
  })
})
