/** How many packets of each length came, and in what time. */
export type LengthCounts = { counts: Uint32Array; fromMs: number | null; toMs: number | null }

/** Longer ones (offloaded by the NIC) count as this long, bytes. */
export const MAX_LENGTH = 9999

export const newLengthCounts = (): LengthCounts => ({
  counts: new Uint32Array(MAX_LENGTH + 1),
  fromMs: null,
  toMs: null,
})

export const lengthClass = (bytes: number): number => Math.min(Math.max(0, Math.trunc(bytes)), MAX_LENGTH)

/** Adds a packet; in place. */
export function countLength(into: LengthCounts, stampMs: number, bytes: number): void {
  const at = lengthClass(bytes)
  into.counts[at] = (into.counts[at] ?? 0) + 1
  into.fromMs = Math.min(into.fromMs ?? stampMs, stampMs)
  into.toMs = Math.max(into.toMs ?? stampMs, stampMs)
}

/**
 * Which packets are the test's traffic. The router encrypts it and sends SLA probes of its own along, so nothing but length
 * and rate tells them apart.
 */
export type TrafficClass = {
  lengths: ReadonlySet<number>
  /** Of packets of these lengths, were all of the traffic here. */
  ratePerS: number
  /** Of the same lengths while it did not: so many are not the traffic's. */
  noisePerS: number
  /** Too many of them are the router's own: only their rate tells, and edges are known to a bin. */
  isByRate: boolean
}

/** A length that comes less often than this while idle is free for the traffic, 1/s. */
const CLEAN_PER_S = 0.2
/** Clean lengths alone are enough when they carry this share of what came on top. */
const ENOUGH = 0.5
const MIN_PACKETS = 5
/** Standard deviations above what the idle rate makes by chance. */
const SIGNIFICANT = 4

const secondsOf = ({ fromMs, toMs }: LengthCounts): number =>
  fromMs === null || toMs === null ? 0 : (toMs - fromMs) / 1000

/** What a NIC showed without the traffic and with it. `idleS`: how long there was none, s. */
export type Learned = { idle: LengthCounts; loaded: LengthCounts; idleS?: number }

/** Packets of a length per second while nobody sent. */
export function idleRate({ idle, idleS = secondsOf(idle) }: Learned, length: number): number {
  const count = idle.counts[length] ?? 0
  if (count === 0) return 0
  return idleS > 0 ? count / idleS : Number.POSITIVE_INFINITY
}

/** Whether the router itself hardly ever sends packets of this length there. */
export const isCleanLength = (nic: Learned, length: number): boolean => idleRate(nic, length) < CLEAN_PER_S

/** Length -> packets per second that came on top of the router's own. */
function excessOf(nic: Learned): Map<number, number> {
  const loadedS = secondsOf(nic.loaded)
  const found = new Map<number, number>()
  if (loadedS <= 0) return found
  for (const [length, count] of nic.loaded.counts.entries()) {
    const expected = idleRate(nic, length) * loadedS
    const isAbove = count > 2 * expected && count > expected + SIGNIFICANT * Math.sqrt(expected)
    if (count >= MIN_PACKETS && isAbove) found.set(length, (count - expected) / loadedS)
  }
  return found
}

const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)

/**
 * Learns what the traffic looks like on each NIC, from a time without it and one with it. What is learned on one holds for
 * all: traffic moves to NICs that had none. Lengths that the router uses there itself are left out where the others carry
 * enough. null when nothing came on top anywhere.
 */
export function learnTraffic(nics: ReadonlyMap<string, Learned>): Map<string, TrafficClass | null> {
  const total = new Map<number, number>()
  for (const nic of nics.values())
    for (const [length, perS] of excessOf(nic)) total.set(length, (total.get(length) ?? 0) + perS)
  return new Map([...nics].map(([name, nic]) => [name, total.size === 0 ? null : classOn(nic, total)]))
}

function classOn(nic: Learned, total: ReadonlyMap<number, number>): TrafficClass {
  const clean = new Map([...total].filter(([length]) => isCleanLength(nic, length)))
  const chosen = sumOf(clean.values()) >= ENOUGH * sumOf(total.values()) ? clean : total
  const noisePerS = sumOf([...chosen.keys()].map((length) => idleRate(nic, length)))
  const isByRate = chosen !== clean
  return { lengths: new Set(chosen.keys()), ratePerS: sumOf(chosen.values()) + noisePerS, noisePerS, isByRate }
}

/** Passes on the packets of bins in which more came than the router makes by itself. */
export type RateGate = { add(stampMs: number): void; flush(): void }

/** A bin as short as that it holds eight packets of the traffic, 20 ms to 1 s. */
export const gateBinMs = ({ ratePerS, noisePerS }: TrafficClass): number =>
  Math.min(1000, Math.max(20, 8000 / Math.max(1, ratePerS - noisePerS)))

/**
 * For traffic that shares its lengths with the router's own packets: a bin counts as traffic when it holds more than noise
 * makes by chance; then its first and last packet are passed on, and how many are not noise. Edges are known to a bin only.
 */
export function rateGate(
  traffic: TrafficClass,
  binMs: number,
  onTraffic: (firstMs: number, lastMs: number, packets: number) => void,
): RateGate {
  const noise = (traffic.noisePerS * binMs) / 1000
  const least = Math.floor(noise + SIGNIFICANT * Math.sqrt(noise)) + 1
  let bin = Number.NEGATIVE_INFINITY
  let count = 0
  let firstMs = 0
  let lastMs = 0
  const flush = () => {
    if (count >= least) onTraffic(firstMs, lastMs, Math.max(1, Math.round(count - noise)))
    count = 0
  }
  return {
    add(stampMs) {
      const at = Math.floor(stampMs / binMs)
      if (at > bin) {
        flush()
        bin = at
        firstMs = stampMs
      }
      lastMs = Math.max(lastMs, stampMs)
      count++
    },
    flush,
  }
}
