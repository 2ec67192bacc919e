import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SampleRow } from '../domain/sample'
import { decodeRows, encodeRows } from './chunk-codec'

const roundTrip = async (rows: SampleRow[]) => {
  for (const effort of ['fast', 'small'] as const) {
    const back = await decodeRows(await encodeRows(rows, effort))
    // toStrictEqual tells −0 from 0 and knows NaN.
    expect(back).toStrictEqual(rows)
  }
}

/** Epoch ms as ping's microsecond stamps give them. */
const stamp = fc.integer({ min: 1_500_000_000_000_000, max: 2_100_000_000_000_000 }).map((us) => us / 1000)
const printedRtt = fc.integer({ min: 0, max: 60_000_000 }).map((us) => us / 1000)
const anything = fc.option(
  fc.oneof(stamp, printedRtt, fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(-0, 0, NaN, Infinity)),
)

describe('encodeRows and decodeRows', () => {
  it('bring back any numbers, to the last bit', async () => {
    const table = fc
      .integer({ min: 1, max: 8 })
      .chain((width) => fc.array(fc.array(anything, { minLength: width, maxLength: width })))
    await fc.assert(fc.asyncProperty(table, roundTrip), { numRuns: 300 })
  })

  it('bring back probe rows', async () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      stamp,
      fc.integer({ min: 0, max: 65_535 }),
      fc.option(printedRtt),
      fc.option(fc.constant(64)),
      fc.option(fc.constant(64)),
    )
    await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 300 }), roundTrip), { numRuns: 100 })
  })

  it('bring back numbers at the edge of what integers can do', async () => {
    const edges = [2 ** 52, -(2 ** 52), 2 ** 53, -(2 ** 53), 2 ** 52 + 1, 0.1, 1e-7, 5e-324, Number.MAX_VALUE, null]
    await roundTrip(edges.flatMap((a) => edges.map((b) => [a, b] as const)))
    await roundTrip(edges.map((a) => [a]))
  })

  it('need about two bytes for a probe row with jitter', async () => {
    let us = 1_763_629_343_123_456
    let seed = 1
    const noise = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647 - 0.5
    }
    const rows = Array.from({ length: 4096 }, (_, i): SampleRow => {
      us += 5000 + Math.round(noise() * 300)
      const rttUs = 350 + Math.round(noise() * 200)
      return [0, (us + rttUs) / 1000, i % 65_536, rttUs / 1000, 64, 64]
    })
    expect((await encodeRows(rows, 'small')).length / rows.length).toBeLessThan(2.5)
  })

  it('refuse rows of different lengths and damaged data', async () => {
    await expect(encodeRows([[1, 2], [1]], 'fast')).rejects.toThrow(RangeError)
    await expect(decodeRows(new Uint8Array([9, 1, 2]))).rejects.toThrow('unknown sample chunk format')
    const bytes = await encodeRows([[1, 2]], 'fast')
    await expect(decodeRows(bytes.subarray(0, bytes.length - 2))).rejects.toThrow()
  })
})
