import type { CapturePhase } from '../../domain/wan-run'
import { type GapHistogram, gapHistogram } from './gap-histogram'
import { type CapturedPaths, gapThresholdMs } from './outage'
import { type PathBins, type PathCounter, pathCounter } from './path-use'
import { type Segment, type SegmentWatcher, segmentWatcher } from './segments'
import {
  countLength,
  gateBinMs,
  isCleanLength,
  type Learned,
  learnTraffic,
  lengthClass,
  newLengthCounts,
  rateGate,
  type TrafficClass,
} from './traffic-class'

/** What one stream of packets showed: one direction of one NIC. */
export type NicReading = {
  packets: number
  bytes: number
  /** null: the traffic could not be told from the rest, so every packet counts. */
  traffic: TrafficClass | null
  /** Of the traffic in the judged time. */
  segments: Segment[]
  bins: PathBins
  /** By how much its segments may begin or end late or early, ms; 0 where each packet is known for what it is. */
  edgeMs: number
  /** Longer pauses end a segment, ms. */
  gapMs: number
  /** Packets that were stamped before the newest one, by more than ever happens: somebody set the clock back. */
  backwards: number
}

export type WanReading = {
  nics: Map<string, NicReading>
  /** Between two packets of the traffic, ms: 99th percentile of the loaded time; null when none was seen. */
  spacingMs: number | null
}

export type WanAnalysis = {
  /** Begins a phase, each once and in their order; any may be left out. `judged` learns from what came before. */
  begin(phase: CapturePhase): void
  /** A packet: its stamp (epoch ms, capture host) and its length on the wire (bytes). */
  add(nic: string, stampMs: number, bytes: number): void
  /** Packets of the traffic so far; null as long as it is not told from the rest. */
  traffic(nic: string): number | null
  /** What came so far. `endMs`: until when the captures have been read, on their clock. */
  read(endMs: number): WanReading
}

export type WanAnalysisOptions = {
  /** One name per stream, e.g. "enp2s0f2 in". */
  nics: readonly string[]
  /** Where the bins begin, epoch ms. */
  originMs: number
  binMs?: number
  /** How long nobody sent, s; without it the time between the first and the last packet of that phase. */
  idleS?: number
}

type Judge = (stampMs: number, bytes: number) => void

type Nic = {
  packets: number
  bytes: number
  newestMs: number
  backwards: number
  learned: Learned
  spacing: GapHistogram
  lastLoadedMs: number | null
  counter: PathCounter
  watcher: SegmentWatcher
  traffic: TrafficClass | null
  /** Packets that were taken for the traffic's. */
  taken: number
  edgeMs: number
  judge: Judge
  flush: () => void
}

/** Of the spacing that decides what is a gap. */
const QUANTILE = 0.99
/** NICs that carried less than this share of the busiest one's traffic say nothing of its spacing. */
const BUSY = 0.1
/** One NIC's packets are stamped in their order but for less than that, ms. */
const OUT_OF_ORDER_MS = 50

function newNic({ originMs, binMs, idleS }: WanAnalysisOptions): Nic {
  const learned = { idle: newLengthCounts(), loaded: newLengthCounts(), idleS }
  const stamps = { newestMs: Number.NEGATIVE_INFINITY, backwards: 0, lastLoadedMs: null }
  const counts = { packets: 0, bytes: 0, learned, spacing: gapHistogram(), ...stamps }
  const judged = {
    counter: pathCounter(originMs, binMs),
    watcher: segmentWatcher(gapThresholdMs(0)),
    traffic: null,
    taken: 0,
    edgeMs: 0,
  }
  return { ...counts, ...judged, judge: () => {}, flush: () => {} }
}

function countPacket(nic: Nic, stampMs: number, bytes: number): void {
  nic.packets++
  nic.bytes += bytes
  if (stampMs < nic.newestMs - OUT_OF_ORDER_MS) nic.backwards++
  nic.newestMs = Math.max(nic.newestMs, stampMs)
}

function countLoaded(nic: Nic, stampMs: number, bytes: number): void {
  countLength(nic.learned.loaded, stampMs, bytes)
  if (!isCleanLength(nic.learned, lengthClass(bytes))) return
  if (nic.lastLoadedMs !== null) nic.spacing.add(Math.max(0, stampMs - nic.lastLoadedMs))
  nic.lastLoadedMs = Math.max(nic.lastLoadedMs ?? stampMs, stampMs)
}

/** From now on packets are judged by what was learned. */
function judgeBy(nic: Nic, traffic: TrafficClass | null, gapMs: number): void {
  // A bin without traffic next to one with some is no pause.
  const binMs = traffic?.isByRate ? gateBinMs(traffic) : 0
  nic.traffic = traffic
  nic.watcher = segmentWatcher(gapMs + 2 * binMs)
  const take = (stampMs: number) => {
    nic.taken++
    nic.watcher.add(stampMs)
    nic.counter.add(stampMs)
  }
  const takeBin = (firstMs: number, lastMs: number, packets: number) => {
    nic.taken += packets
    nic.watcher.add(firstMs)
    nic.watcher.add(lastMs)
    nic.counter.add(firstMs, packets)
  }
  const gate = traffic?.isByRate ? rateGate(traffic, binMs, takeBin) : null
  nic.edgeMs = binMs
  nic.flush = () => gate?.flush()
  nic.judge = (stampMs, bytes) => {
    if (traffic && !traffic.lengths.has(lengthClass(bytes))) return
    if (gate) gate.add(stampMs)
    else take(stampMs)
  }
}

/** Analysis of several NICs as their packets come; memory does not grow with the number of packets. */
export function wanAnalysis(options: WanAnalysisOptions): WanAnalysis {
  const nics = new Map(options.nics.map((name) => [name, newNic(options)]))
  let phase: CapturePhase = 'idle'

  const spacingMs = (): number | null => {
    const all = [...nics.values()].map(({ spacing }) => spacing)
    const most = Math.max(...all.map((spacing) => spacing.count()))
    const busy = all.filter((spacing) => spacing.count() >= BUSY * most)
    const known = busy.flatMap((spacing) => spacing.quantile(QUANTILE) ?? [])
    return known.length > 0 ? Math.min(...known) : null
  }
  const learn = () => {
    const learned = learnTraffic(new Map([...nics].map(([name, nic]) => [name, nic.learned])))
    const gapMs = gapThresholdMs(spacingMs() ?? 0)
    for (const [name, nic] of nics) judgeBy(nic, learned.get(name) ?? null, gapMs)
  }
  const readNic = (nic: Nic, endMs: number): NicReading => {
    nic.flush()
    const { packets, bytes, traffic, edgeMs, watcher, counter, backwards } = nic
    const [segments, gapMs] = [watcher.segments(), watcher.gapMs()]
    return { packets, bytes, traffic, segments, bins: counter.read(endMs), edgeMs, gapMs, backwards }
  }

  return {
    begin(next) {
      phase = next
      if (next === 'judged') learn()
    },
    add(name, stampMs, bytes) {
      const nic = nics.get(name)
      if (!nic) return
      countPacket(nic, stampMs, bytes)
      if (phase === 'idle') countLength(nic.learned.idle, stampMs, bytes)
      else if (phase === 'loaded') countLoaded(nic, stampMs, bytes)
      else nic.judge(stampMs, bytes)
    },
    traffic: (name) => (phase === 'judged' ? (nics.get(name)?.taken ?? null) : null),
    read: (endMs) => ({
      nics: new Map([...nics].map(([name, nic]) => [name, readNic(nic, endMs)])),
      spacingMs: spacingMs(),
    }),
  }
}

/** Some NICs of a reading, in one direction, as `wanOutage` takes them. */
export function capturedPaths(
  reading: Pick<WanReading, 'spacingMs'> & {
    nics: ReadonlyMap<string, Pick<NicReading, 'segments' | 'gapMs' | 'edgeMs'>>
  },
  names: readonly string[],
): Omit<CapturedPaths, 'endMs'> {
  const chosen = names.flatMap((name) => reading.nics.get(name) ?? [])
  const gapMs = Math.max(gapThresholdMs(reading.spacingMs ?? 0), ...chosen.map((nic) => nic.gapMs))
  const edgeMs = Math.max(0, ...chosen.map((nic) => nic.edgeMs))
  return {
    streams: chosen.map(({ segments }) => segments),
    gapMs,
    spacingMs: reading.spacingMs ?? gapMs,
    edgeMs,
  }
}
