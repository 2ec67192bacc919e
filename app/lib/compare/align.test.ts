import { describe, expect, it } from 'vitest'
import { noTracks } from '@/app/lib/run/tracks'
import { emptyDetail, type RunDetail } from '@/server/domain/detail'
import type { ProbeSummary, Report, RunSummary } from '@/server/domain/run'
import { align, worstGroup } from './align'

type Change = RunDetail['stateChanges'][number]

const change = (node: string, redundancyGroup: number, from: Change['from'], to: Change['to'], at: number): Change => ({
  seq: at,
  atMs: at,
  node,
  redundancyGroup,
  from,
  to,
  interval: { fromMs: at - 100, toMs: at },
  source: 'poll',
  reading: node,
})

const probe = (stream: string, crossesCluster: boolean, lastGoodMs: number, ms: number): ProbeSummary => ({
  stream,
  title: stream,
  crossesCluster,
  pings: 1,
  icmpBytes: 64,
  offeredPps: 200,
  offered: 1000,
  forwarded: 900,
  lost: 100,
  reordered: 0,
  duplicate: 0,
  late: 0,
  spacingMs: 5,
  rttMedianMs: 1,
  rttMaxMs: 2,
  senderStalls: [],
  outages: [{ stream, lastGoodMs, firstGoodMs: lastGoodMs + ms, ms, lowerMs: ms, upperMs: ms, lostProbes: 100 }],
})

/** A run that starts at `startMs` and, with a fault, has T0 eight seconds later and a takeover two seconds after that. */
function run(id: string, startMs: number, fault: boolean): RunDetail {
  const t0 = startMs + 8000
  const summary = {
    id,
    phase: 'ended',
    startedAt: startMs,
    createdAt: startMs,
    endedAt: startMs + 20_000,
  } as RunSummary
  const context = {
    softwareVersions: {},
    toolVersions: {},
    clocks: { fw0: { offsetMs: 500, errorMs: 1 } },
    macs: {},
    switches: [],
  }
  const report = {
    probes: [probe('probe:internet', true, t0 + 3, 3000), probe('probe:vip', false, t0, 9)],
  } as Report
  return {
    ...emptyDetail(summary),
    context,
    report: fault ? report : null,
    // On the clock of the target, which is half a second ahead.
    faults: fault
      ? [
          {
            t0: { fromMs: t0 + 499, toMs: t0 + 501 },
            clock: 'fw0',
            title: 'kill -9 on fw0',
            mode: 'kill -9',
          } as RunDetail['faults'][number],
        ]
      : [],
    stateChanges: [
      change('node0', 1, null, 'primary', startMs + 1000),
      change('node1', 1, null, 'secondary', startMs + 1000),
      ...(fault ? [change('node1', 1, 'secondary', 'primary', t0 + 2000)] : []),
    ],
  }
}

const input = (detail: RunDetail) => ({ detail, tracks: noTracks(), lab: null, nowMs: 0 })

describe('align', () => {
  it('puts 0 at the T0 of each run, whenever it ran, and keeps lengths', () => {
    const { runs, model } = align([input(run('a', 1_000_000, true)), input(run('b', 9_000_000, true))])
    for (const { hasT0, t0WithinMs, probes, states } of runs) {
      expect([hasT0, t0WithinMs]).toEqual([true, 2])
      expect(probes.map((p) => p.stream)).toEqual(['probe:internet'])
      expect(probes[0]?.losses[0]).toMatchObject({ fromMs: 3, toMs: 3003, text: '3.000 s' })
      expect(states.map((s) => s.segments.map(({ state, fromMs }) => [state, fromMs]))).toEqual([
        [['primary', -7000]],
        [
          ['secondary', -7000],
          ['primary', 2000],
        ],
      ])
    }
    expect(model.span).toEqual({ fromMs: -8000, toMs: 12_000 })
    expect(model.origin).toEqual({ ms: 0, kind: 'T0' })
    expect(model.markers).toHaveLength(1)
  })

  it('begins a run without T0 at the edge, and says that it has none', () => {
    const { runs, model } = align([input(run('a', 1_000_000, true)), input(run('b', 9_000_000, false))])
    expect(runs.map((r) => [r.hasT0, r.t0WithinMs])).toEqual([
      [true, 2],
      [false, null],
    ])
    expect(runs[1]?.states[0]?.segments[0]?.fromMs).toBe(-7000)
    expect(model.span).toEqual({ fromMs: -8000, toMs: 12_000 })
  })

  it('counts from the start when no run has T0', () => {
    const { model } = align([input(run('a', 1_000_000, false)), input(run('b', 9_000_000, false))])
    expect(model.origin).toEqual({ ms: 0, kind: 'start' })
    expect(model.span).toEqual({ fromMs: 0, toMs: 20_000 })
    expect(model.markers).toEqual([])
  })
})

describe('worstGroup', () => {
  const lane = (redundancyGroup: number, movedMs: number | null) => ({
    id: `node1-${redundancyGroup}`,
    node: 'node1',
    redundancyGroup,
    segments:
      movedMs === null
        ? []
        : [{ state: 'primary' as const, fromMs: movedMs, toMs: 99, since: { fromMs: movedMs - 1, toMs: movedMs } }],
  })
  const groups = (...lanes: ReturnType<typeof lane>[]) => worstGroup(lanes, 10).map((l) => l.redundancyGroup)

  it('is the one that moved last after T0; RG1 on a tie, without a move, and when moves lie before T0', () => {
    expect(groups(lane(0, 30), lane(1, 20), lane(2, 5))).toEqual([0])
    expect(groups(lane(0, 20), lane(1, 20))).toEqual([1])
    expect(groups(lane(0, null), lane(1, null))).toEqual([1])
    expect(groups(lane(0, 5), lane(1, null))).toEqual([1])
    expect(groups(lane(2, null), lane(0, null))).toEqual([0])
  })
})
