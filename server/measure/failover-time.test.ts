import { describe, expect, it } from 'vitest'
import type { SampleRow } from '../domain/sample'
import { baselineBefore, baselineOf } from './baseline'
import { failoverOf, headlineOf, type ProbeFailover } from './failover-time'
import { summarizeProbe } from './probe-summary'
import { buildProbeTimeline, ProbeTimelineBuilder } from './probe-timeline'
import { recovery } from './recovery'
import { type PingWorld, simulatePing } from './testing/ping-simulator'
import { rowsOf } from './testing/worlds'

const START = 1_700_000_000_000
const T0 = START + 3000
const VALIDATION_MS = 1000

const world = (changes: Partial<PingWorld> = {}): PingWorld => ({
  seed: 1,
  intervalMs: 5,
  tickMs: 4,
  rttMs: 0.4,
  jitterMs: 0.1,
  shareBefore: 0.5,
  loss: 0,
  outage: { downMs: T0 + 10, upMs: T0 + 1010 },
  asleep: [],
  startMs: START,
  endMs: T0 + 3000,
  target: '10.0.0.1',
  firstSeq: 1,
  ...changes,
})

const options = (title = 'probe') => ({
  id: 'failoverTime',
  title: 'Failover Time',
  stream: `probe:${title}`,
  probeTitle: title,
  crossesCluster: true,
  t0: { fromMs: T0, toMs: T0 },
  validationMs: VALIDATION_MS,
})

function judge(rows: readonly SampleRow[], title?: string): ProbeFailover {
  const timeline = buildProbeTimeline(rows)
  return failoverOf(timeline, { ...options(title), baseline: baselineBefore(timeline, START, T0) })
}
const measure = (changes: Partial<PingWorld> = {}, title?: string) => judge(rowsOf(simulatePing(world(changes))), title)

describe('Failover Time of one probe', () => {
  it('states an outage by TBLM with its interval, and by packet loss beside it', () => {
    const { measurement, packetLoss, caveats, finding, bounds } = measure()
    expect(caveats).toEqual([])
    expect(measurement).toMatchObject({ method: 'TBLM', id: 'failoverTime' })
    expect(bounds.lowerMs).toBeLessThanOrEqual(1000)
    expect(bounds.upperMs).toBeGreaterThanOrEqual(1000)
    expect((measurement?.plusMs ?? 0) + (measurement?.minusMs ?? 0)).toBeLessThan(17)
    expect(packetLoss).toMatchObject({ method: 'PLBM' })
    expect(Math.abs((packetLoss?.ms ?? 0) - 1000)).toBeLessThan(20)
    expect(finding).toMatchObject({ lossPeriods: 1, validated: true, beyondBaseline: true })
  })

  it('states no loss as 0 plus a spacing', () => {
    const { measurement, finding } = measure({ outage: null })
    expect(finding).toBeNull()
    expect(measurement).toMatchObject({ ms: 0, minusMs: 0 })
    expect(measurement?.plusMs).toBeGreaterThan(4.9)
    expect(measurement?.plusMs).toBeLessThan(12)
  })

  it('does not state an outage that had not ended', () => {
    const { measurement, bounds, caveats, ms } = measure({ outage: { downMs: T0 + 10, upMs: T0 + 1e6 } })
    expect(measurement).toBeNull()
    expect(ms).toBeNull()
    expect(bounds.upperMs).toBeNull()
    expect(bounds.lowerMs).toBeGreaterThan(2900)
    expect(caveats.join()).toMatch(/not returned/)
  })

  it('takes a stalled sender for what it is, with and without an outage', () => {
    const alone = measure({ outage: null, asleep: [{ fromMs: T0 + 500, toMs: T0 + 2500 }] })
    expect(alone.finding).toBeNull()
    expect(alone.caveats.join()).toMatch(/stalled for (1\.99|2\.0)/)
    const atItsStart = measure({ asleep: [{ fromMs: T0 - 100, toMs: T0 + 400 }] })
    expect(atItsStart.caveats.join()).toMatch(/stalled/)
    const within = measure({ asleep: [{ fromMs: T0 + 300, toMs: T0 + 600 }] })
    expect(within.caveats.join()).toMatch(/stalled/)
  })

  it('covers the truth when the last reply before the outage was printed late by a busy host', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const downMs = T0 + 20 + seed / 13
      const asleep = [{ fromMs: downMs - (seed % 12), toMs: downMs - (seed % 12) + 4.4 }]
      const { bounds, caveats } = measure({ seed, outage: { downMs, upMs: downMs + 500 }, asleep })
      expect(caveats).toEqual([])
      expect(bounds.lowerMs).toBeLessThanOrEqual(500)
      expect(bounds.upperMs).toBeGreaterThanOrEqual(500)
    }
  })

  it('does not take an answer that waited for the path (ARP, buffer) for a proof that it was up when it was sent', () => {
    const rows = rowsOf(simulatePing(world()))
    const lost = rows.filter(([kind, ms]) => kind === 1 && (ms ?? 0) > T0)
    const back = rows.findIndex(([kind, ms]) => kind === 0 && (ms ?? 0) > T0 + 1000)
    const backMs = rows[back]?.[1] ?? 0
    // the last five lost probes were held back, and delivered when the path was up again
    const held = lost.slice(-6, -1).map(([, sentBeforeNext, seq]): SampleRow => {
      const sentMs = (sentBeforeNext ?? 0) - 10.1
      return [0, backMs, seq ?? 0, Math.round(backMs - sentMs), 64, 64]
    })
    const { bounds, ms } = judge([...rows.slice(0, back), ...held, ...rows.slice(back)])
    expect(ms).toBeLessThan(970)
    expect(bounds.upperMs).toBeGreaterThanOrEqual(1000)
    expect(bounds.upperMs).toBeLessThan(1020)
  })

  it('does not mind a stall that is over before the fault, or after the recovery', () => {
    expect(measure({ asleep: [{ fromMs: T0 - 900, toMs: T0 - 500 }] }).caveats).toEqual([])
    expect(measure({ asleep: [{ fromMs: T0 + 2300, toMs: T0 + 2600 }] }).caveats).toEqual([])
  })

  it('notices a clock that was set back', () => {
    const rows = rowsOf(simulatePing(world())).map(([kind, stampMs, ...rest]): SampleRow => {
      const ms = stampMs ?? 0
      return [kind ?? 0, ms > T0 + 500 ? ms - 120 : ms, ...rest]
    })
    expect(judge(rows).caveats.join()).toMatch(/set back by/)
  })

  it('counts no probe twice when RTT is far above the spacing', () => {
    const { bounds, caveats, finding } = measure({ rttMs: 60, jitterMs: 3, endMs: T0 + 3500 })
    expect(caveats).toEqual([])
    expect(bounds.lowerMs).toBeLessThanOrEqual(1000)
    expect(bounds.upperMs).toBeGreaterThanOrEqual(1000)
    expect(finding?.outage.lostProbes).toBeLessThan(125)
  })

  it('takes no probe that the fault hit on its way for a loss of the baseline', () => {
    const { bounds, finding } = measure({ rttMs: 60, jitterMs: 0.5, outage: { downMs: T0 + 1, upMs: T0 + 61 } })
    expect(finding?.beyondBaseline).toBe(true)
    expect(bounds.lowerMs).toBeGreaterThan(20)
    expect(bounds.lowerMs).toBeLessThanOrEqual(60)
  })

  it('sees one Failover Time through a path that flaps, and counts its loss periods', () => {
    const base = simulatePing(world({ outage: { downMs: T0 + 10, upMs: T0 + 400 } }))
    const again = simulatePing(world({ outage: { downMs: T0 + 600, upMs: T0 + 900 } }))
    // both worlds send at the same rate; the second is taken over from T0 + 500 on, its sequence moved to fit
    const cut = (T0 + 500) / 1000
    const stampOf = (line: string) => Number(/^\[([\d.]+)\]/.exec(line)?.[1] ?? 0)
    const seqOf = (line: string) => Number(/icmp_seq=(\d+)/.exec(line)?.[1] ?? 0)
    const head = base.filter((line) => stampOf(line) < cut)
    const tail = again.filter((line) => stampOf(line) >= cut)
    const shift = Math.max(...head.map(seqOf)) + 1 - seqOf(tail[0] ?? '')
    const moved = tail.map((line) => line.replace(/icmp_seq=(\d+)/, (_, seq) => `icmp_seq=${Number(seq) + shift}`))
    const { finding, ms, bounds } = judge(rowsOf([...head, ...moved]))
    expect(finding?.lossPeriods).toBe(2)
    expect(ms).toBeGreaterThan(880)
    expect(ms).toBeLessThan(910)
    expect(bounds.upperMs).toBeLessThan(920)
  })

  it('does not let a lossy baseline hide or lengthen an outage', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { finding, caveats, bounds } = measure({ seed, loss: 0.05, endMs: T0 + 4000 })
      expect(caveats).toEqual([])
      expect(finding?.beyondBaseline).toBe(true)
      expect(bounds.lowerMs).toBeLessThanOrEqual(1000)
      expect(bounds.upperMs).toBeGreaterThanOrEqual(1000)
      expect(bounds.upperMs).toBeLessThan(1200)
    }
  })

  it('finds no outage in a lossy path that goes on as before', () => {
    const { finding, bounds } = measure({ loss: 0.05, outage: null })
    expect(finding?.beyondBaseline).toBe(false)
    expect(bounds.lowerMs).toBe(0)
  })

  it('does not call a path recovered that loses more than before', () => {
    const good = simulatePing(world({ endMs: T0 + 1100 }))
    const bad = simulatePing(world({ outage: null, loss: 0.2, startMs: T0 + 1110, endMs: T0 + 5000, firstSeq: 1 }))
    const last = Math.max(...good.map((line) => Number(/icmp_seq=(\d+)/.exec(line)?.[1] ?? 0)))
    const moved = bad
      .slice(1)
      .map((line) => line.replace(/icmp_seq=(\d+)/, (_, seq) => `icmp_seq=${Number(seq) + last}`))
    const { caveats, finding } = judge(rowsOf([...good, ...moved]))
    expect(finding?.validated).toBe(false)
    expect(caveats.length).toBeGreaterThan(0)
  })

  it('cannot state anything without a baseline, or without a probe after the fault', () => {
    const timeline = buildProbeTimeline(rowsOf(simulatePing(world())))
    const none = failoverOf(timeline, { ...options(), baseline: baselineOf(timeline, 0, 1) })
    expect(none.caveats.join()).toMatch(/no baseline/)
    const stopped = measure({ endMs: T0 - 100 })
    expect(stopped.caveats.join()).toMatch(/no probe was sent/)
    expect(judge([]).caveats.length).toBeGreaterThan(0)
  })
})

describe('headline', () => {
  it('is the worst probe that crosses the cluster, and carries the caveats of all of them', () => {
    const short = measure({ outage: { downMs: T0 + 10, upMs: T0 + 110 } }, 'short')
    const long = measure({}, 'long')
    const aside = { ...measure({ outage: { downMs: T0, upMs: T0 + 1900 } }, 'aside'), crossesCluster: false }
    const stalled = measure({ outage: null, asleep: [{ fromMs: T0 + 500, toMs: T0 + 900 }] }, 'stalled')
    expect(headlineOf([short, long, aside])).toMatchObject({ probe: { title: 'long' }, caveats: [] })
    expect(headlineOf([short, long, stalled])?.caveats.join()).toMatch(/^stalled: /)
    expect(headlineOf([aside])).toBeNull()
  })

  it('is the one that tells it most exactly of those that may be the longest; the limit is for all of them', () => {
    const coarse = measure({ intervalMs: 24 }, 'coarse')
    const fine = measure({}, 'fine')
    expect(coarse.bounds.upperMs).toBeGreaterThan(fine.bounds.upperMs ?? Number.NaN)
    expect(headlineOf([coarse, fine])).toMatchObject({ probe: { title: 'fine' }, upperMs: coarse.bounds.upperMs })
  })

  it('is not the one that a loss by chance beside the outage makes look the more exact', () => {
    const fine = measure({}, 'fine')
    const { lowerMs, upperMs } = fine.bounds
    const raised = { ...fine, title: 'raised', bounds: { lowerMs: lowerMs + 5, upperMs } }
    for (const probes of [
      [fine, raised],
      [raised, fine],
    ])
      expect(headlineOf(probes)?.probe.title).toBe('fine')
  })

  it('is the probe whose outage never ended, if there is one', () => {
    const open = measure({ outage: { downMs: T0 + 2500, upMs: T0 + 1e6 } }, 'open')
    expect(headlineOf([measure(), open])?.probe.title).toBe('open')
  })
})

describe('recovery, asked live', () => {
  it('turns true once, when the validation time has passed without more loss', () => {
    const rows = rowsOf(simulatePing(world()))
    const builder = new ProbeTimelineBuilder()
    const answers: [number, boolean, boolean][] = []
    let next = 0
    for (let now = T0; now < T0 + 3000; now += 250) {
      while (next < rows.length && (rows[next]?.[1] ?? 0) <= now) builder.append(rows.slice(next, ++next))
      const baseline = baselineBefore(builder.timeline(), START, T0)
      const { recovered, lossSeen } = recovery(builder.timeline({ fromMs: T0, live: true }), {
        fromMs: T0,
        baseline,
        validationMs: VALIDATION_MS,
      })
      answers.push([now - T0, recovered, lossSeen])
    }
    const first = answers.find(([, recovered]) => recovered)
    expect(first?.[0]).toBe(2250)
    expect(answers.filter(([ms]) => ms > 2000).every(([, , lossSeen]) => lossSeen)).toBe(true)
    expect(answers.filter(([ms]) => ms >= 2250).every(([, recovered]) => recovered)).toBe(true)
  })
})

describe('summary of a probe', () => {
  it('counts what was offered, forwarded and lost, and the spacing as observed', () => {
    const timeline = buildProbeTimeline(rowsOf(simulatePing(world())))
    const baseline = baselineBefore(timeline, START, T0)
    const { findings } = failoverOf(timeline, { ...options(), baseline }).outages
    const probe = { stream: 'probe:x', title: 'x', crossesCluster: true, pings: 1, icmpBytes: 64 }
    const summary = summarizeProbe(timeline, probe, baseline, findings)
    expect(summary.offered).toBe(summary.forwarded + summary.lost)
    expect(summary.lost).toBeGreaterThan(90)
    expect(summary.spacingMs).toBeCloseTo(5, 0)
    expect(summary).toMatchObject({ duplicate: 0, reordered: 0, late: 0, senderStalls: [] })
    expect(summary.outages).toHaveLength(1)
  })
})
