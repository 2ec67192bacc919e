import { describe, expect, it } from 'vitest'
import { emptyDetail, type RunDetail } from '@/server/domain/detail'
import { GOOD, presetDirection } from '@/server/domain/impairment'
import type { RunSummary } from '@/server/domain/run'
import type { SampleRow } from '@/server/domain/sample'
import type { PublicLab, PublicWanLab } from '@/server/domain/views'
import { RowTrack, type Tracks } from './tracks'
import { wanModel } from './wan-lanes'

const nic = (name: string, plugged: { port: string } | { isp: string }) => ({ name, plugged })
const vm = (id: number, router: string, isp: string) => ({
  ...{ vm: id, title: `VM ${id}` },
  nics: [
    { guest: 'ens18', nic: router },
    { guest: 'ens19', nic: isp },
  ],
})
const lab = {
  id: 'wan',
  hosts: [],
  targets: [],
  wan: {
    nics: [nic('r1', { port: 'p1' }), nic('i1', { isp: 'a' }), nic('r2', { port: 'p2' }), nic('i2', { isp: 'b' })],
    wanulators: [vm(101, 'r1', 'i1'), vm(102, 'r2', 'i2')],
    router: { title: 'R', ports: [{ id: 'p1' }, { id: 'p2' }] },
    isps: [
      { id: 'a', title: 'Alpha', kind: 'wired', priority: 1 },
      { id: 'b', title: 'Beta', kind: 'wired', priority: 2 },
    ],
    requests: { host: 'edge' },
  },
} as unknown as PublicWanLab

const T0 = 100_000
const CUT = { toIsp: presetDirection('drop-100'), toRouter: presetDirection('drop-100') }
const fault = (seq: number, atMs: number, id: string, impairment = CUT) =>
  ({
    ...{ kind: 'fault-injected', seq, atMs, event: 'failover', title: `${id} changed`, mode: 'x', commandId: 'c' },
    ...{ place: { host: 'pve' }, t0: { fromMs: atMs, toMs: atMs }, clock: 'pve', exitCode: 0 },
    ...{ during: { fromMs: atMs, toMs: atMs }, link: { id, impairment } },
  }) as RunDetail['faults'][number]

const detail = (change: Partial<RunDetail> = {}): RunDetail => ({
  ...emptyDetail({ case: 'WAN-1', params: {}, phase: 'running' } as RunSummary),
  ...change,
})

const track = (rows: SampleRow[]): RowTrack => {
  const made = new RowTrack()
  for (const [i, row] of rows.entries()) made.push(i, row)
  return made
}
/** A row each second from T0 on; null: not told yet. */
const path = (traffic: (number | null)[]) => track(traffic.map((n, i) => [T0 + (i + 1) * 1000, 50, 5000, n]))
const tracks = (rows: Record<string, RowTrack>): Tracks => ({ probes: new Map(), rows: new Map(Object.entries(rows)) })

const ask = (given: Partial<Parameters<typeof wanModel>[0]> = {}) =>
  wanModel({ detail: detail(), tracks: tracks({}), lab, untilMs: T0 + 60_000, reserve: false, ...given })

describe('the links of a run that goes on', () => {
  const live = tracks({
    'path:r1.in': path([null, 10, 10, 0, 0, 5]),
    'path:r2.in': path([null, 0, 0, 0, 10, 5]),
    'path:r1.out': path([null, 10, 10, 0, 0, 0]),
    'path:r2.out': path([null, 0, 0, 0, 10, 10]),
  })

  it('carry what their seconds say, once the traffic is told from the rest', () => {
    const { paths } = ask({ tracks: live })
    expect(paths.map(({ title }) => title)).toEqual(['Alpha', 'Beta'])
    expect(paths[0]?.used).toEqual([
      { fromMs: T0 + 1000, toMs: T0 + 3000, isShared: false },
      { fromMs: T0 + 5000, toMs: T0 + 6000, isShared: true },
    ])
    expect(paths[1]?.used[0]).toEqual({ fromMs: T0 + 4000, toMs: T0 + 5000, isShared: false })
  })

  it('have a pause where none of them carries any', () => {
    const { gaps } = ask({ tracks: live })
    expect(gaps.map(({ title, losses }) => [title, losses.length])).toEqual([
      ['all to ISPs', 1],
      ['all to router', 1],
    ])
    expect(gaps[0]?.losses[0]).toMatchObject({ fromMs: T0 + 3000, toMs: T0 + 4000, text: '≈ 1.000 s', open: false })
    expect(gaps[0]?.answered).toEqual({ fromMs: T0 + 1000, toMs: T0 + 6000 })
  })

  it('are shaded from each change to the next one, and to now', () => {
    const lossy = { toIsp: presetDirection('drop-15'), toRouter: GOOD }
    const faults = [
      fault(1, T0, 'a'),
      fault(2, T0 + 5000, 'a', { toIsp: GOOD, toRouter: GOOD }),
      fault(3, T0 + 7000, 'b', lossy),
    ]
    const { paths } = ask({ detail: detail({ faults }) })
    expect(paths[0]?.impaired).toEqual([{ fromMs: T0, toMs: T0 + 5000, text: 'cut', isCut: true }])
    expect(paths[1]?.impaired).toEqual([
      { fromMs: T0 + 7000, toMs: T0 + 60_000, text: 'to ISP 15 % loss; to router good', isCut: false },
    ])
  })

  it('have their room before anything is known, where it will be', () => {
    expect(ask().paths).toEqual([])
    expect(ask({ reserve: true }).paths).toHaveLength(2)
    expect(ask({ reserve: true }).requests).toEqual([])
    const http = detail({
      summary: { case: 'WAN-1', params: { http: true }, phase: 'running' } as unknown as RunSummary,
    })
    expect(ask({ reserve: true, detail: http }).requests).toHaveLength(2)
  })

  it('are none in a run that is about something else', () => {
    const both = { ...lab, cluster: {} } as unknown as PublicLab
    expect(ask({ lab: both, reserve: true })).toEqual({ paths: [], gaps: [], requests: [], answers: [] })
  })
})

describe('the links of a report', () => {
  it('are those of the captures, moved from the capture host’s clock', () => {
    const wan = {
      ...{
        clock: 'pve',
        doubts: [],
        binMs: 1000,
        gapMs: 50,
        spacingMs: 10,
        openMs: null,
        stretches: [],
        oscillation: null,
      },
      paths: [
        { path: null, fromMs: T0, toMs: T0 + 2000 },
        { path: 'b', fromMs: T0 + 2000, toMs: T0 + 9000 },
      ],
      gaps: [{ direction: 'out' as const, fromMs: T0 + 500, toMs: T0 + 1500, lowerMs: 990, upperMs: null }],
    }
    const report = { wan } as unknown as RunDetail['report']
    const context = { clocks: { pve: { offsetMs: 500, errorMs: 1 } } } as unknown as RunDetail['context']
    const { paths, gaps } = ask({ detail: detail({ report, context }) })
    expect(paths[0]?.used).toEqual([])
    expect(paths[1]?.used).toEqual([{ fromMs: T0 + 1500, toMs: T0 + 8500, isShared: false }])
    expect(gaps[0]?.losses).toEqual([])
    expect(gaps[0]?.answered).toEqual({ fromMs: T0 + 1500, toMs: T0 + 8500 })
    expect(gaps[1]?.losses).toEqual([{ fromMs: T0, toMs: T0 + 1000, text: '≥ 1.000 s', open: true, lost: null }])
  })
})

describe('HTTP requests', () => {
  it('are counts and times on the app’s clock', () => {
    const context = { clocks: { edge: { offsetMs: 100, errorMs: 1 } } } as unknown as RunDetail['context']
    const rows = track([[T0, 60, 2, 40, 80, 120, 60]])
    const { requests, answers } = ask({ detail: detail({ context }), tracks: tracks({ 'requests:http': rows }) })
    expect(requests.map(({ title, points }) => [title, points])).toEqual([
      ['sent', [[T0 - 100, 60]]],
      ['failed', [[T0 - 100, 2]]],
    ])
    expect(answers.map(({ points }) => points[0]?.[1])).toEqual([40, 80, 120])
  })
})
