import { describe, expect, it } from 'vitest'
import { labelled } from './loss-labels'
import { drawable } from './merge-states'
import type { LossSpan, Span, StateSegment } from './model'
import { covers, paintAround, stripStyle } from './pan'
import { place } from './scale'

const view = { fromMs: 0, toMs: 1000 }
const loss = (fromMs: number, toMs: number, lost = 10): LossSpan => ({
  fromMs,
  toMs,
  text: '12.3 ms',
  lost,
  open: false,
})
const labels = (losses: LossSpan[], widthPx: number) =>
  labelled(losses, (span: Span) => place(view, span), widthPx).map(({ label }) => label)

describe('a crowded axis', () => {
  it('writes lengths only where there is room, on the outage, beside it, or not at all', () => {
    expect(labels([loss(100, 400)], 1000)).toEqual(['inside'])
    expect(labels([loss(100, 110)], 1000)).toEqual(['right'])
    expect(labels([loss(980, 990)], 1000)).toEqual(['left'])
    expect(labels([loss(100, 102, 1)], 1000)).toEqual([null])
    expect(labels([loss(100, 110), loss(130, 140), loss(160, 170)], 1000)).toEqual(['left', null, 'right'])
  })

  it('lets no label lie on an outage or on another label', () => {
    const many = Array.from({ length: 200 }, (_, i) => loss(i * 5, i * 5 + 1))
    expect(labels(many, 800).filter((label) => label !== null)).toHaveLength(0)
  })

  it('draws states that changed too fast as one', () => {
    const segments = Array.from(
      { length: 500 },
      (_, i): StateSegment => ({
        state: i % 2 === 0 ? 'primary' : 'secondary',
        fromMs: i,
        toMs: i + 0.9,
        since: null,
      }),
    )
    const long: StateSegment = { state: 'primary', fromMs: 500, toMs: 1000, since: null }
    expect(drawable([...segments, long], view, 100)).toEqual([{ fromMs: 0, toMs: 499.9, changes: 500 }, long])
    expect(drawable(segments, { fromMs: 0, toMs: 10 }, 1000)).toHaveLength(11)
  })

  it('paints a view-length to each side, inside the run, and moves that', () => {
    const all = { fromMs: 0, toMs: 10_000 }
    const painted = paintAround({ fromMs: 500, toMs: 1500 }, all)
    expect(painted).toEqual({ fromMs: 0, toMs: 2500 })
    expect(covers(painted, { fromMs: 1500, toMs: 2500 })).toBe(true)
    expect(covers(painted, { fromMs: 1501, toMs: 2501 })).toBe(false)
    expect(stripStyle(painted, { fromMs: 500, toMs: 1500 })).toEqual({ width: '250%', transform: 'translateX(-20%)' })
  })
})
