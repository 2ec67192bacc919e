import { binomialDistribution, cumulativeStdNormalProbability } from 'simple-statistics'
import type { ProbeBaseline } from './baseline'

/**
 * How sure a statement about random loss has to be: what would happen by chance in fewer than 1 of 200 runs is not
 * put down to the path's background.
 */
export const CHANCE = 0.005

/** What the baseline's loss allows afterwards. */
export type Background = {
  /** Loss probability of one probe in the baseline. */
  probability: number
  /** Runs of up to so many losses are left to the background; longer ones are outages. */
  longestRun: number
  /** A run must be longer than this to bound an outage from below: what the baseline's own rate makes by chance. */
  chanceRun: number
  /** So many losses at either edge of an outage can be background, so the lower bound does not count them. */
  edgeProbes: number
  /** Losses allowed among the five probes with which recovery begins. */
  nearLosses: number
}

/** Probes that must be as good as the baseline for recovery to begin (MEASUREMENT.md "Recovery"). */
export const RECOVERY_PROBES = 5

const MAX_PROBES = 50

/** After a baseline without any loss a run of more than so many is an outage, however short that baseline was. */
const LOSSLESS_RUN = 2

/**
 * The same for a probe beside an outage that was lost by chance at either edge: twice that, for in at least half of
 * such runs the uncertainty of the other edge makes good for it.
 */
const EDGE_CHANCE = 2 * CHANCE

/** Smallest n ≥ 0 for which weight·p^(n+1) is no longer likely. */
function unlikelyAfter(probability: number, weight: number, chance = CHANCE): number {
  if (probability <= 0) return 0
  for (let n = 0; n < MAX_PROBES; n++) if (weight * probability ** (n + 1) <= chance) return n
  return MAX_PROBES
}

/** @param probes how many probes are judged; with many, longer runs occur by chance */
export function backgroundOf(baseline: ProbeBaseline, probes: number): Background {
  const probability = baseline.offered > 0 ? baseline.lost / baseline.offered : 0
  // a burst as long as the longest of the baseline, and twice that, is what such a path does now and then
  const bursts = baseline.longestLossRun > 1 ? 2 * baseline.longestLossRun : 1
  // the rule of three: a baseline without loss still allows for a probability of 3/n
  const cautious = unlikelyAfter(Math.min(1, (baseline.lost + 3) / Math.max(1, baseline.offered)), probes)
  const chanceRun = Math.max(bursts, unlikelyAfter(probability, probes))
  let nearLosses = 0
  while (nearLosses < RECOVERY_PROBES && tail(RECOVERY_PROBES, probability, nearLosses + 1) > CHANCE) nearLosses++
  return {
    probability,
    longestRun: Math.max(bursts, baseline.lost === 0 ? Math.min(LOSSLESS_RUN, cautious) : cautious),
    chanceRun,
    edgeProbes: unlikelyAfter(probability, 2, EDGE_CHANCE),
    nearLosses,
  }
}

/** P(X ≥ k) for X ~ Bin(n, p). */
function tail(n: number, p: number, k: number): number {
  if (k <= 0) return 1
  if (p <= 0 || k > n) return 0
  if (p >= 1) return 1
  if (n > 200) {
    const deviation = Math.sqrt(n * p * (1 - p))
    return 1 - cumulativeStdNormalProbability((k - 0.5 - n * p) / deviation)
  }
  const cells = binomialDistribution(n, p) ?? []
  return Math.max(0, 1 - cells.slice(0, k).reduce((sum, cell) => sum + cell, 0))
}

/**
 * Whether `lost` of `offered` can be the baseline's loss: conditional exact test of two proportions (given all losses,
 * those after are binomial with the share of probes after), one-sided at `CHANCE`.
 */
export function lossAsBefore(baseline: ProbeBaseline, offered: number, lost: number): boolean {
  if (lost === 0 || offered === 0) return true
  if (baseline.offered === 0) return false
  return tail(baseline.lost + lost, offered / (offered + baseline.offered), lost) >= CHANCE
}
