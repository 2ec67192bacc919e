import { describe, expect, it } from 'vitest'
import {
  formatBitPerS,
  formatDifference,
  formatLimit,
  formatMeasurement,
  formatMs,
  formatOffset,
  formatRange,
} from './format'

describe('numbers as an engineer reads them', () => {
  it.each([
    [3624.2, 0.9, 15.1, '3.624 s (+0.001 / −0.016)'],
    [44, 0.2, 6.1, '44.0 ms (+0.2 / −6.1)'],
    [0, 5.03, 0, '0.0 ms (+5.1 / −0.0)'],
    [999.96, 1, 1, '1.000 s (+0.001 / −0.001)'],
  ])('%d +%d −%d', (ms, plusMs, minusMs, text) => {
    expect(formatMeasurement({ ms, plusMs, minusMs })).toBe(text)
  })

  it.each([
    [132, '+132.0 ms (+2.0 / −17.0)'],
    [1132, '+1.132 s (+0.002 / −0.017)'],
    [-1132, '−1.132 s (+0.002 / −0.017)'],
    [-0.01, '0.0 ms (+2.0 / −17.0)'],
  ])('difference %d', (ms, text) => {
    expect(formatDifference({ ms, plusMs: 2, minusMs: 17 })).toBe(text)
  })

  it('formats durations, ranges and limits', () => {
    expect([formatMs(12.34), formatMs(5000), formatMs(null), formatMs(-3), formatMs(-0.01)]).toEqual([
      ...['12.3 ms', '5.000 s', '—', '−3.0 ms', '0.0 ms'],
    ])
    expect([formatRange(3608, 3625), formatRange(3608, null)]).toEqual(['3.608–3.625 s', '≥ 3.608 s'])
    expect([formatLimit(5000), formatLimit(250), formatLimit(1500)]).toEqual(['5 s', '250 ms', '1.5 s'])
    expect(formatOffset(-1.24, 0.4)).toBe('−1.2 ± 0.4 ms')
  })

  it.each([
    [0, '0 bit/s'],
    [18_412_000_000, '18.4 Gbit/s'],
    [999_600, '1.00 Mbit/s'],
    [950, '950 bit/s'],
    [null, '—'],
  ])('rate %s', (rate, text) => {
    expect(formatBitPerS(rate)).toBe(text)
  })
})
