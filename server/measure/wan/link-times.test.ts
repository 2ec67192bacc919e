import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backAt, leftAt } from './path-use'

const BIN_MS = 1000
const BINS = 40

/** Packets per bin of a link that carries them, one each ms, outside of some time. */
const binsWithout = (fromMs: number, toMs: number) => ({
  originMs: 0,
  binMs: BIN_MS,
  bins: Array.from({ length: BINS }, (_, at) => {
    const [begin, end] = [at * BIN_MS, (at + 1) * BIN_MS]
    return BIN_MS - Math.max(0, Math.min(end, toMs) - Math.max(begin, fromMs))
  }),
})

describe('the moment at which traffic leaves a link, or is on it again', () => {
  it('lies in the interval that is stated, wherever in a bin it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5000, max: 12_000 }),
        fc.integer({ min: 8000, max: 15_000 }),
        fc.integer({ min: 0, max: 3000 }),
        (leftMs, awayMs, afterMs) => {
          const backMs = leftMs + awayMs
          const bins = binsWithout(leftMs, backMs)
          const other = { ...bins, bins: bins.bins.map((count) => BIN_MS - count) }
          const paths = new Map(Object.entries({ link: bins, other }))
          const left = leftAt(paths, 'link', { afterMs, validationMs: 5000, baseline: BIN_MS })
          const back = backAt(bins, { afterMs: leftMs + 3000, validationMs: 2000, baseline: BIN_MS })
          for (const [found, truthMs] of [
            [left, leftMs],
            [back, backMs],
          ] as const) {
            expect(found && found.toMs >= truthMs).toBe(true)
            expect(found && found.fromMs <= truthMs).toBe(true)
          }
        },
      ),
    )
  })
})
