import * as fc from 'fast-check'
import type { SampleRow } from '../../domain/sample'
import { type PingWorld, simulatePing } from './ping-simulator'
import { seeded } from './random'

/** A path with a known outage, as the tests ask for it; times in ms. */
export type Scenario = {
  seed: number
  intervalMs: number
  rttMs: number
  jitterMs: number
  longTail: boolean
  shareBefore: number
  loss: number
  outageMs: number
  /** Short times per second in which the sender does not run: a busy host. */
  hiccupsPerS: number
  /** Long ones, as the share of the recording at which they begin and their length. */
  stalls: { at: number; ms: number }[]
}

const BASELINE_MS = 5000
/** Validation time of the tests, ms. */
export const VALIDATION_MS = 2000

/** Uniform in [0, 1]. (fc.double is uniform over bit patterns, that is, nearly always next to 0.) */
export const share: fc.Arbitrary<number> = fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1_000_000)

/** Log-uniform between two numbers. */
export const logUniform = (low: number, high: number): fc.Arbitrary<number> =>
  share.map((part) => low * (high / low) ** part)

/** Outages of 0 to 10 s with RTT 0.2 to 60 ms, jitter, 0.1 % loss and stalls among them. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(2 ** 31),
  intervalMs: fc.constantFrom(5, 5, 5, 10, 20),
  rttMs: logUniform(0.2, 60),
  jitterMs: fc.oneof(fc.constant(0), logUniform(0.02, 5)),
  longTail: fc.boolean(),
  shareBefore: share,
  loss: fc.constantFrom(0, 0, 0.001),
  outageMs: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 12, arbitrary: logUniform(0.3, 10_000) }),
  hiccupsPerS: fc.constantFrom(0.3, 0.3, 5),
  stalls: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Scenario['stalls']>([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ at: share, ms: logUniform(20, 2000) }), { minLength: 1, maxLength: 2 }),
    },
  ),
})

/** Sleeps of the sender, in order, none overlapping. */
function sleepsOf(scenario: Scenario, startMs: number, endMs: number): PingWorld['asleep'] {
  const random = seeded(scenario.seed ^ 0x5bd1e995)
  const sleeps = scenario.stalls.map(({ at, ms }) => {
    const fromMs = startMs + at * (endMs - startMs)
    return { fromMs, toMs: fromMs + ms }
  })
  for (let t = startMs; t < endMs; ) {
    t += (-Math.log(1 - random()) * 1000) / scenario.hiccupsPerS
    sleeps.push({ fromMs: t, toMs: t - Math.log(1 - random()) * 1.5 })
  }
  return sleeps.sort((a, b) => a.fromMs - b.fromMs)
}

/** A recording, and what was true: all times in epoch ms of the one clock. */
export type Recorded = {
  lines: string[]
  startMs: number
  downMs: number
  upMs: number
  endMs: number
  asleep: PingWorld['asleep']
}

export function record(scenario: Scenario): Recorded {
  const random = seeded(scenario.seed)
  const startMs = 1.7e12 + Math.floor(random() * 1e9)
  const downMs = startMs + BASELINE_MS + random() * 1000
  const upMs = downMs + scenario.outageMs
  const endMs = upMs + VALIDATION_MS + 1500
  const recorded = { lines: [], startMs, downMs, upMs, endMs, asleep: sleepsOf(scenario, startMs, endMs) }
  return { ...recorded, lines: pingThrough(recorded, scenario) }
}

/** What a ping prints over the same path; each `phase` is a process of its own that starts a little later. */
export function pingThrough({ startMs, downMs, upMs, endMs, asleep }: Recorded, scenario: Scenario, phase = 0) {
  const { intervalMs, rttMs, jitterMs, longTail, shareBefore, loss } = scenario
  const seed = scenario.seed + 7919 * phase
  const outage = upMs > downMs ? { downMs, upMs } : null
  const path = { seed, intervalMs, rttMs, jitterMs, longTail, shareBefore, loss, outage, asleep }
  const begins = startMs + phase * 7.3
  return simulatePing({ ...path, tickMs: 4, startMs: begins, endMs, target: '10.0.0.1', firstSeq: 1 })
}

/** Rows of SAMPLE_COLUMNS.probe from lines, read without the product's parser. */
export function rowsOf(lines: readonly string[]): SampleRow[] {
  return lines.flatMap((line): SampleRow[] => {
    const stamp = /^\[(\d+)\.(\d+)\] /.exec(line)
    const seq = /icmp_seq=(\d+)/.exec(line)
    if (!stamp || !seq) return []
    const stampMs = Number(stamp[1]) * 1000 + Number(stamp[2]) / 1000
    if (line.includes('no answer yet')) return [[1, stampMs, Number(seq[1]), null, null, null]]
    if (line.includes('Unreachable')) return [[3, stampMs, Number(seq[1]), null, null, null]]
    const rtt = /time=([\d.]+)/.exec(line)
    return [[line.includes('DUP!') ? 2 : 0, stampMs, Number(seq[1]), Number(rtt?.[1]), 64, 64]]
  })
}
