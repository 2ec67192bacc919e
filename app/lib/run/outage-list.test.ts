import { describe, expect, it } from 'vitest'
import type { Outage, ProbeSummary } from '@/server/domain/run'
import { outageFigures, outageRows, sinceOrigin, spacingText } from './outage-list'

const outage = (fromMs: number, ms: number | null, lost: number): Outage => ({
  stream: 'probe:internet',
  lastGoodMs: fromMs,
  firstGoodMs: ms === null ? null : fromMs + ms,
  ms,
  lowerMs: ms === null ? 500 : ms - 2,
  upperMs: ms === null ? null : ms + 1,
  lostProbes: lost,
})
const probe = (stream: string, outages: Outage[]): ProbeSummary => ({
  stream,
  title: stream,
  crossesCluster: true,
  pings: 1,
  icmpBytes: 64,
  offeredPps: 200,
  offered: 0,
  forwarded: 0,
  lost: 0,
  reordered: 0,
  duplicate: 0,
  late: 0,
  spacingMs: 5,
  rttMedianMs: 1,
  rttMaxMs: 2,
  senderStalls: [],
  outages,
})

describe('outageRows', () => {
  const rows = outageRows(
    [
      probe('probe:internet', [outage(70_000, null, 90), outage(10_000, 1000, 98), outage(41_000, 50, 5)]),
      probe('probe:gateway', [outage(10_100, 900, 88)]),
    ],
    (stream) => (stream === 'probe:gateway' ? 100 : 0),
  )

  it('lists all in order of time on one clock, the spacing per probe from end to start', () => {
    expect(rows.map(({ stream, number, fromMs, spacingMs }) => [stream, number, fromMs, spacingMs])).toEqual([
      ['probe:internet', 1, 10_000, null],
      ['probe:gateway', 1, 10_000, null],
      ['probe:internet', 2, 41_000, 30_000],
      ['probe:internet', 3, 70_000, 28_950],
    ])
  })

  it('states a length with its interval, and one that had not ended from below', () => {
    expect(rows.map(({ length }) => length)).toEqual([
      '1.000 s (+0.001 / −0.002)',
      '900.0 ms (+1.0 / −2.0)',
      '50.0 ms (+1.0 / −2.0)',
      '≥ 500.0 ms',
    ])
  })

  it('counts lengths of what ended, and spacings', () => {
    expect(outageFigures(rows)).toEqual({
      count: 4,
      lost: 281,
      length: { min: 50, median: 900, max: 1000 },
      spacing: { min: 28_950, median: 29_475, max: 30_000 },
    })
    expect(outageFigures([])).toEqual({ count: 0, lost: 0, length: null, spacing: null })
  })

  it('writes instants from the origin and long spacings as time', () => {
    expect(sinceOrigin(3_723_456, 0)).toBe('+1:02:03.456')
    expect(sinceOrigin(0, 5000)).toBe('−0:00:05.000')
    expect(spacingText(12_340)).toBe('12.340 s')
    expect(spacingText(3_723_456)).toBe('1:02:03 h')
  })
})
