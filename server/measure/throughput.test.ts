import { describe, expect, it } from 'vitest'
import type { SampleRow } from '../domain/sample'
import { summarizeTraffic } from './throughput'

const BEGIN = 1_700_000_000_000

/** Two sockets and their sum every 0.2 s; `rates` in Mbit/s of the sum. Lines are received a little late. */
function rows(rates: readonly number[]): SampleRow[] {
  return rates.flatMap((rate, i) => {
    const toS = (i + 1) / 5
    const receivedMs = BEGIN + toS * 1000 + (i % 3)
    const line = (socket: number, share: number): SampleRow => {
      const bitPerS = rate * 1e6 * share
      return [socket, i / 5, toS, bitPerS / 40, bitPerS, socket === 5 && rate === 0 ? 2 : 0, receivedMs]
    }
    return [line(5, 0.5), line(7, 0.5), line(-1, 1)]
  })
}

describe('throughput', () => {
  it("finds zero spans, and the gap of each socket as TCP's own", () => {
    const summary = summarizeTraffic(rows([...Array(10).fill(40), 0, 0, 0, 0, ...Array(10).fill(40)]))
    expect(summary?.zeroSpans).toEqual([{ fromMs: BEGIN + 2000, toMs: BEGIN + 2800 }])
    expect(summary?.gaps.map(({ socket, ms }) => [socket, Math.round(ms)])).toEqual([
      [5, 800],
      [7, 800],
    ])
    expect(summary?.gaps[0]?.resolutionMs).toBeCloseTo(400)
    expect(summary).toMatchObject({ collapsed: false, peakBitPerS: 40e6, retransmits: 0 })
    expect(summary?.series).toHaveLength(24)
  })

  it('notices a collapse after the peak', () => {
    expect(summarizeTraffic(rows([...Array(20).fill(40), ...Array(20).fill(4)]))?.collapsed).toBe(true)
  })

  it('has nothing to say without intervals, and survives zero-length ones', () => {
    expect(summarizeTraffic([])).toBeNull()
    expect(summarizeTraffic([[5, 1, 1, 0, 0, null, BEGIN]])).toBeNull()
  })
})
