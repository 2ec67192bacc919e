import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PHASES } from '../domain/sample'
import { baselineBefore } from './baseline'
import { failoverOf, type ProbeFailover } from './failover-time'
import { joinTimelines } from './join-timelines'
import { buildProbeTimeline, type ProbeTimeline } from './probe-timeline'
import {
  logUniform,
  pingThrough,
  type Recorded,
  record,
  rowsOf,
  type Scenario,
  scenarios,
  share,
  VALIDATION_MS,
} from './testing/worlds'

const measure = (recorded: Recorded, scenario: Scenario): ProbeFailover =>
  stated(buildProbeTimeline(rowsOf(recorded.lines)), recorded, scenario)

function stated(timeline: ProbeTimeline, { startMs, downMs }: Recorded, scenario: Scenario): ProbeFailover {
  // T0 is known as an interval that may begin a little before the path stops
  const t0 = { fromMs: downMs - (scenario.seed % 30), toMs: downMs }
  return failoverOf(timeline, {
    id: 'failoverTime',
    title: 'Failover Time',
    stream: 'probe:x',
    probeTitle: 'x',
    crossesCluster: true,
    t0,
    baseline: baselineBefore(timeline, startMs, t0.fromMs),
    validationMs: VALIDATION_MS,
  })
}

const covers = ({ bounds }: ProbeFailover, truthMs: number) =>
  bounds.lowerMs <= truthMs && bounds.upperMs !== null && truthMs <= bounds.upperMs

/** A sleep of the sender that really was long enough to be called a stall. */
const stalled = ({ asleep }: Recorded) => asleep.some(({ fromMs, toMs }) => toMs - fromMs > 35)

const p95 = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN

describe('the stated interval, against a truth that only the simulator knows', () => {
  it('covers it in every one of 320 cases, or is inconclusive because the sender really stalled', () => {
    let inconclusive = 0
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const recorded = record(scenario)
        const result = measure(recorded, scenario)
        if (result.caveats.length > 0) {
          inconclusive++
          expect(stalled(recorded), result.caveats.join('; ')).toBe(true)
        } else
          expect(
            covers(result, scenario.outageMs),
            `${scenario.outageMs} in [${result.bounds.lowerMs}, ${result.bounds.upperMs}]`,
          ).toBe(true)
      }),
      { numRuns: 320, seed: 2026, endOnFailure: true },
    )
    expect(inconclusive).toBeLessThan(50)
  }, 300_000)

  it('is at most 20 ms wide (p95, RTT apart) at 5 ms spacing to a target near by', () => {
    const widths: number[] = []
    fc.assert(
      fc.property(scenarios, logUniform(0.2, 1), (scenario, rttMs) => {
        const near = { ...scenario, rttMs, intervalMs: 5, jitterMs: 0.1, hiccupsPerS: 0.3, stalls: [] }
        const { bounds } = measure(record(near), near)
        widths.push((bounds.upperMs ?? Number.POSITIVE_INFINITY) - bounds.lowerMs - rttMs)
      }),
      { numRuns: 150, seed: 5, endOnFailure: true },
    )
    expect(p95(widths)).toBeLessThanOrEqual(20)
  }, 300_000)

  it('covers it, and is as narrow, where answers take longer than ping sleeps and three pings share the work', () => {
    const widths: number[] = []
    fc.assert(
      fc.property(scenarios, logUniform(10, 60), share, (scenario, rttMs, part) => {
        const far = { ...scenario, rttMs, intervalMs: 2, jitterMs: 0.1 * rttMs * part, longTail: true, stalls: [] }
        const recorded = record(far)
        const phases = Array.from({ length: PHASES }, (_, phase) =>
          buildProbeTimeline(rowsOf(pingThrough(recorded, far, phase))),
        )
        const { bounds, caveats } = stated(joinTimelines(phases), recorded, far)
        expect(caveats).toEqual([])
        expect(bounds.lowerMs).toBeLessThanOrEqual(far.outageMs)
        expect(bounds.upperMs).toBeGreaterThanOrEqual(far.outageMs)
        widths.push((bounds.upperMs ?? Number.POSITIVE_INFINITY) - bounds.lowerMs - rttMs - 3 * far.jitterMs)
      }),
      { numRuns: 150, seed: 6, endOnFailure: true },
    )
    expect(p95(widths)).toBeLessThanOrEqual(20)
  }, 300_000)
})
