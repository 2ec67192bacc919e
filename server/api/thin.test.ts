import { describe, expect, it } from 'vitest'
import type { SampleRow } from '../domain/sample'
import { thin } from './thin'

/** 5 ms probes; sequences in `lost` get "no answer yet", those in `late` that and a reply afterwards. */
function probe(
  count: number,
  lost: (seq: number) => boolean,
  late: (seq: number) => boolean = () => false,
): SampleRow[] {
  const rows: SampleRow[] = []
  for (let n = 0; n < count; n++) {
    const seq = n % 65_536
    if (lost(n) || late(n)) rows.push([1, 1000 + n * 5, seq, null, null, null])
    if (!lost(n)) rows.push([0, 1000 + n * 5 + 40, seq, n === 777 ? 99 : 1 + (n % 7) / 10, 64, 64])
  }
  return rows
}

describe('thin', () => {
  it('leaves short series alone', () => {
    expect(
      thin(
        'probe',
        probe(100, () => false),
        800,
      ),
    ).toHaveLength(100)
  })

  it('keeps the edges of every outage, the peak, and the limit', () => {
    const rows = probe(40_000, (n) => (n >= 5000 && n < 5700) || n === 20_000 || (n >= 39_990 && n < 40_000))
    const kept = thin('probe', rows, 800)
    expect(kept.length).toBeLessThanOrEqual(800)
    const seqs = new Set(kept.map((at) => `${rows[at]?.[0]}:${rows[at]?.[2]}`))
    for (const edge of ['0:4999', '1:5000', '1:5699', '0:5700', '0:19999', '1:20000', '0:20001', '1:39990', '0:777'])
      expect(seqs).toContain(edge)
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
  })

  it('does not take a late answer for a loss', () => {
    const rows = probe(
      20_000,
      (n) => n === 9000,
      () => true,
    )
    const losses = thin('probe', rows, 800)
      .map((at) => rows[at])
      .filter((row) => row?.[0] === 1)
    expect(losses.map((row) => row?.[2])).toContain(9000)
    expect(losses.length).toBeLessThan(5)
  })

  it('tells a lost probe from the one that got its number after the wrap', () => {
    const rows = probe(70_000, (n) => n === 100)
    const kept = thin('probe', rows, 800).map((at) => rows[at])
    expect(kept.some((row) => row?.[0] === 1 && row[2] === 100)).toBe(true)
  })

  it('keeps the longest of too many outages', () => {
    const rows = probe(40_000, (n) => n % 20 === 0 || (n > 30_000 && n < 30_300))
    const kept = thin('probe', rows, 800)
    expect(kept.length).toBeLessThanOrEqual(800)
    expect(kept.map((at) => rows[at]?.[2])).toContain(30_300)
  })

  it('keeps where answers of a poll change and where a capture has its gap', () => {
    const polls: SampleRow[] = Array.from({ length: 5000 }, (_, i) => [i * 250, i * 250 + 10, i === 3000 ? 3 : 0])
    expect(thin('poll', polls, 400)).toEqual(expect.arrayContaining([2999, 3000, 3001]))
    const packets: SampleRow[] = Array.from({ length: 5000 }, (_, i) => [
      2,
      i * 5 + (i > 2500 ? 900 : 0),
      1,
      2,
      i,
      3,
      4,
    ])
    expect(thin('capture', packets, 400)).toEqual(expect.arrayContaining([2500, 2501]))
  })
})
