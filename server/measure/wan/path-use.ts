import type { Interval } from '../../domain/ids'
import { mostUsed, type PathUse, SHARED } from '../../domain/wan-run'
import { quantileOf } from '../statistics'

/** Traffic packets of one path per bin; bins[i] begins at originMs + i × binMs. */
export type PathBins = { originMs: number; binMs: number; bins: readonly number[] }

export type PathCounter = { add(stampMs: number, packets?: number): void; read(endMs: number): PathBins }

const MAX_BINS = 100_000

/**
 * Counts per bin as packets come, from `originMs` on; what is before or beyond 100,000 bins is left out. Read are the
 * bins that are whole at `endMs`, those without a packet as well.
 */
export function pathCounter(originMs: number, binMs = 1000): PathCounter {
  const bins: number[] = []
  return {
    add(stampMs, packets = 1) {
      const at = Math.floor((stampMs - originMs) / binMs)
      if (at < 0 || at >= MAX_BINS) return
      while (bins.length <= at) bins.push(0)
      bins[at] = (bins[at] ?? 0) + packets
    },
    read(endMs) {
      const whole = Math.min(MAX_BINS, Math.max(0, Math.floor((endMs - originMs) / binMs)))
      return { originMs, binMs, bins: Array.from({ length: whole }, (_, at) => bins[at] ?? 0) }
    },
  }
}

/** The swimlane of the path in use. All paths' bins must have the same origin and length. */
export function pathUse(paths: ReadonlyMap<string, PathBins>): PathUse[] {
  const [first] = paths.values()
  if (!first) return []
  const { originMs, binMs } = first
  const count = Math.max(...[...paths.values()].map(({ bins }) => bins.length))
  const uses: PathUse[] = []
  for (let at = 0; at < count; at++) {
    const path = mostUsed(new Map([...paths].map(([name, { bins }]) => [name, bins[at] ?? 0])))
    const [fromMs, toMs] = [originMs + at * binMs, originMs + (at + 1) * binMs]
    const last = uses.at(-1)
    if (last && last.path === path) last.toMs = toMs
    else uses.push({ path, fromMs, toMs })
  }
  return uses
}

const sumAt = (paths: ReadonlyMap<string, PathBins>, at: number): number =>
  [...paths.values()].reduce((sum, { bins }) => sum + (bins[at] ?? 0), 0)

/** A change of the path in use: it began at the earliest in the last bin of the old one, and was over in the first of the new one. */
export type PathChange = Interval & { from: string; to: string }

/** From one path to another; a pause, or a time in which several shared, is no path. */
export function pathChanges(uses: readonly PathUse[], binMs: number): PathChange[] {
  const changes: PathChange[] = []
  let last: PathUse | null = null
  for (const use of uses) {
    const { path, fromMs } = use
    if (path === null || path === SHARED) continue
    if (last?.path && path !== last.path)
      changes.push({ fromMs: last.toMs - binMs, toMs: fromMs + binMs, from: last.path, to: path })
    last = use
  }
  return changes
}

/** Bins in which no path had most of the traffic, beyond the one that a change itself may lie in: it may have flapped faster than a bin. */
export function unclearBins(uses: readonly PathUse[], binMs: number, window: Interval): number {
  const shared = uses.filter(({ path }) => path === SHARED)
  const bins = shared.map(({ fromMs, toMs }) => {
    const ms = Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs)
    return Math.max(0, Math.ceil(ms / binMs) - 1)
  })
  return bins.reduce((sum, count) => sum + count, 0)
}

/**
 * From leaving a path to leaving it again, ms, median: how regularly the path changes. null when none was left twice.
 */
export function periodOf(changes: readonly PathChange[]): number | null {
  const lastLeft = new Map<string, number>()
  const periods: number[] = []
  for (const { fromMs, from } of changes) {
    const before = lastLeft.get(from)
    if (before !== undefined) periods.push(fromMs - before)
    lastLeft.set(from, fromMs)
  }
  return quantileOf(periods, 0.5)
}

export type Flapping = {
  /** All of them in the window, those at its edges as well. */
  changes: PathChange[]
  /** Without the one that leaves the degraded link; bins, edges and T0 leave room for so many. */
  perMinute: { least: number; most: number }
  periodMs: number | null
}

type FlapWindow = { t0: Interval; until: Interval; degraded: string }

/** How often the path changed from T0 until the next change of a link, and how regularly. */
export function flapping(paths: ReadonlyMap<string, PathBins>, { t0, until, degraded }: FlapWindow): Flapping {
  const [{ binMs = 0 } = {}] = paths.values()
  const uses = pathUse(paths)
  const changes = pathChanges(uses, binMs).filter(({ fromMs, toMs }) => toMs > t0.fromMs && fromMs < until.toMs)
  const certain = changes.filter(({ fromMs, toMs }) => fromMs >= t0.toMs && toMs <= until.fromMs)
  const minutes = {
    least: Math.max(0, until.fromMs - t0.toMs) / 60_000,
    most: (until.toMs - t0.fromMs) / 60_000,
  }
  // The first one that leaves the degraded link is what is wanted.
  const beside = (list: readonly PathChange[]) => list.length - (list[0]?.from === degraded ? 1 : 0)
  const hidden = unclearBins(uses, binMs, { fromMs: t0.fromMs, toMs: until.toMs })
  const perMinute = (count: number, length: number) => (count <= 0 ? 0 : count / length)
  return {
    changes,
    perMinute: {
      least: perMinute(Math.min(beside(certain), beside(changes)), minutes.most),
      most: perMinute(beside(changes) + hidden, minutes.least),
    },
    periodMs: periodOf(changes),
  }
}

export type LinkQuestion = {
  /** T0 on the capture's clock. */
  afterMs: number
  /** So long it has to last. */
  validationMs: number
  /** Packets per bin before. */
  baseline: number
}

/** Less than this share, of the baseline and of what all paths carry, is no traffic any more; more than the other one is traffic again. */
const LEFT = 0.1
const BACK = 0.5

/** Numbers of the first bins, wholly after an instant, from which all bins of the validation time are as wanted. */
function firstLasting(
  { originMs, binMs, bins }: PathBins,
  { afterMs, validationMs }: LinkQuestion,
  isWanted: (at: number) => boolean,
): number | null {
  const needed = Math.max(1, Math.ceil(validationMs / binMs))
  const from = Math.max(0, Math.ceil((afterMs - originMs) / binMs))
  for (let at = from, run = 0; at < bins.length; at++) {
    run = isWanted(at) ? run + 1 : 0
    if (run === needed) return at + 1 - needed
  }
  return null
}

/**
 * When traffic had left a link for good (for the validation time), known to a bin; null: it had not. Nothing on any path
 * is traffic that stopped, not traffic that left.
 */
export function leftAt(paths: ReadonlyMap<string, PathBins>, link: string, question: LinkQuestion): Interval | null {
  const path = paths.get(link)
  if (!path) return null
  const { originMs, binMs, bins } = path
  const at = firstLasting(path, question, (bin) => {
    const all = sumAt(paths, bin)
    return all > 0 && (bins[bin] ?? 0) <= LEFT * Math.min(question.baseline, all)
  })
  if (at === null) return null
  const beginMs = originMs + at * binMs
  // In the bin before there was more; in this one there may be the last tenth, and the pause before a packet that did not come.
  return { fromMs: beginMs - binMs, toMs: beginMs + binMs * Math.min(1, LEFT + 1 / question.baseline) }
}

/** When traffic was on a link again, for good, known to a bin; null: it was not. */
export function backAt(path: PathBins, question: LinkQuestion): Interval | null {
  const { originMs, binMs, bins } = path
  const at = firstLasting(path, question, (bin) => (bins[bin] ?? 0) >= BACK * question.baseline)
  if (at === null) return null
  const beginMs = originMs + at * binMs
  // In the bin before there was less than half of it, in this one at least half: but that may all have come at its end, for
  // packets come thicker than before for a moment (answers still on their way when the path changed, jitter).
  return { fromMs: beginMs - binMs, toMs: beginMs + binMs }
}

/** Whether a link carries traffic in the last bin that was over at an instant. */
export function isOnAt({ originMs, binMs, bins }: PathBins, atMs: number, baseline: number): boolean {
  const last = Math.floor((atMs - originMs) / binMs) - 1
  return (bins[last] ?? 0) >= BACK * baseline
}
