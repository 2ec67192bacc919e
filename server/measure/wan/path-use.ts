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

/** A change of the path in use; it lies in the bin before `atMs`, or in what was between the two. */
export type PathChange = { atMs: number; from: string; to: string }

/** From one path to another; a pause, or a time in which several shared, is no path. */
export function pathChanges(uses: readonly PathUse[], window: { fromMs: number; toMs: number }): PathChange[] {
  const changes: PathChange[] = []
  let from: string | null = null
  for (const { path, fromMs } of uses) {
    if (path === null || path === SHARED) continue
    if (from !== null && path !== from) changes.push({ atMs: fromMs, from, to: path })
    from = path
  }
  return changes.filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs)
}

export type Oscillation = {
  changes: number
  perMinute: number
  /** From leaving a path to leaving it again, ms, median; null when none was left twice. */
  periodMs: number | null
}

/** How often the path changed in a window, and how regularly. */
export function oscillationOf(changes: readonly PathChange[], window: { fromMs: number; toMs: number }): Oscillation {
  const lastLeft = new Map<string, number>()
  const periods: number[] = []
  for (const { atMs, from } of changes) {
    const before = lastLeft.get(from)
    if (before !== undefined) periods.push(atMs - before)
    lastLeft.set(from, atMs)
  }
  const minutes = (window.toMs - window.fromMs) / 60_000
  return {
    changes: changes.length,
    perMinute: minutes > 0 ? changes.length / minutes : 0,
    periodMs: quantileOf(periods, 0.5),
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

/** Less than this share of the baseline is no traffic any more; more than the other one is traffic again. */
const LEFT = 0.1
const BACK = 0.5

/** A moment, known to a bin: it lies in [atMs − errorMs, atMs]. */
export type LinkMoment = { atMs: number; errorMs: number }

/**
 * The first bin, wholly after an instant, from which all bins of the validation time are as wanted. The moment itself lies
 * in the bin before, or in the first `edge` (share) of this one: so much of the other may be in it.
 */
function firstLasting(
  { originMs, binMs, bins }: PathBins,
  { afterMs, validationMs }: LinkQuestion,
  isWanted: (packets: number) => boolean,
  edge: number,
): LinkMoment | null {
  const needed = Math.max(1, Math.ceil(validationMs / binMs))
  const from = Math.max(0, Math.ceil((afterMs - originMs) / binMs))
  for (let at = from, run = 0; at < bins.length; at++) {
    run = isWanted(bins[at] ?? 0) ? run + 1 : 0
    if (run === needed) return { atMs: originMs + (at + 1 - needed + edge) * binMs, errorMs: binMs }
  }
  return null
}

/** When traffic had left a link for good (for the validation time); null: it had not. */
export const leftAt = (link: PathBins, question: LinkQuestion): LinkMoment | null =>
  firstLasting(link, question, (packets) => packets <= LEFT * question.baseline, LEFT)

/** When traffic was on a link again, for good; null: it was not. */
export const backAt = (link: PathBins, question: LinkQuestion): LinkMoment | null =>
  firstLasting(link, question, (packets) => packets >= BACK * question.baseline, 1 - BACK)
