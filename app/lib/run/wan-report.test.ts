import { describe, expect, it } from 'vitest'
import type { AnyPublicLab } from '@/server/domain/views'
import type { CaptureView, WanReport } from '@/server/domain/wan-run'
import { gapRows } from './outage-list'
import { captureRows, oscillationText, usedText } from './wan-report'

const report = (change: Partial<WanReport>): WanReport => ({
  ...{ clock: 'pve', doubts: [], paths: [], binMs: 1000, gapMs: 50, spacingMs: 10, openMs: null },
  ...{ gaps: [], stretches: [], oscillation: null, ...change },
})

describe('what the captures show, in words', () => {
  it('names links as the lab does, and what is no link', () => {
    const used = [
      { path: 'a', ms: 9000 },
      { path: 'shared', ms: 2000 },
      { path: null, ms: 500 },
      { path: 'gone', ms: 100 },
    ]
    expect(usedText(used, new Map([['a', 'Alpha']]))).toBe(
      'Alpha 9.000 s, several at once 2.000 s, no traffic 500.0 ms, gone 100.0 ms',
    )
  })

  it('tells how often the path changed, and how finely that was looked at', () => {
    expect(oscillationText(report({}))).toBeNull()
    expect(
      oscillationText(report({ oscillation: { changes: 1, perMinute: { least: 0, most: 0 }, periodMs: null } })),
    ).toBe('1 change of the path while degraded, 0.00/min beside the one that leaves the link; by 1.000 s')
    expect(
      oscillationText(report({ oscillation: { changes: 6, perMinute: { least: 2.4, most: 3 }, periodMs: 20_000 } })),
    ).toContain('2.40–3.00/min beside the one that leaves the link, back after 20.000 s; by')
  })

  it('says of each capture which link and way it shows, on either side of the WANulator', () => {
    const lab = {
      wan: {
        nics: [
          { name: 'r1', plugged: { port: 'p1' } },
          { name: 'i1', plugged: { isp: 'a' } },
        ],
        wanulators: [
          {
            ...{ vm: 101, title: 'VM' },
            nics: [
              { guest: 'ens18', nic: 'r1' },
              { guest: 'ens19', nic: 'i1' },
            ],
          },
        ],
        router: { title: 'R', ports: [{ id: 'p1' }] },
        isps: [{ id: 'a', title: 'Alpha', kind: 'wired', priority: 1 }],
      },
    } as unknown as AnyPublicLab
    const captures = ['r1', 'i1', 'spare'].flatMap((nic) =>
      (['in', 'out'] as const).map((direction) => ({ nic, direction }) as CaptureView),
    )
    expect(captureRows(captures, lab).map(({ name, link }) => [name, link])).toEqual([
      ['r1 in', 'Alpha, to the ISPs'],
      ['r1 out', 'Alpha, to the router'],
      ['i1 in', "Alpha, to the router, ISP's side"],
      ['i1 out', "Alpha, to the ISPs, ISP's side"],
      ['spare in', '–'],
      ['spare out', '–'],
    ])
  })

  it('lists every pause each way, with its bounds, on the app’s clock', () => {
    const rows = gapRows(
      report({
        gaps: [
          { direction: 'in', fromMs: 1000, toMs: 3000, lowerMs: 1980, upperMs: 2000 },
          { direction: 'in', fromMs: 9000, toMs: 9500, lowerMs: 480, upperMs: null },
          { direction: 'out', fromMs: 1100, toMs: 3000, lowerMs: 1880, upperMs: 1900 },
        ],
      }),
      100,
    )
    expect(
      rows.map(({ title, number, fromMs, length, lost, spacingMs }) => [
        title,
        number,
        fromMs,
        length,
        lost,
        spacingMs,
      ]),
    ).toEqual([
      ['all to ISPs', 1, 900, '2.000 s (+0.000 / −0.020)', null, null],
      ['all to ISPs', 2, 8900, '≥ 480.0 ms', null, 6000],
      ['all to router', 1, 1000, '1.900 s (+0.000 / −0.020)', null, null],
    ])
  })
})
