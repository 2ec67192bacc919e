import { scaleLinear } from 'd3-scale'
import type { Point, Span } from './model'

/** Less than this is below what any probe can show. */
export const MIN_VIEW_MS = 20

/** Where an instant lies in the view, 0 to 100; outside when it lies outside. */
export const percent = (view: Span, ms: number): number => ((ms - view.fromMs) / (view.toMs - view.fromMs)) * 100

/** Left and width in percent of what of `span` lies in the view; null when nothing does. */
export function place(view: Span, span: Span): { left: number; width: number } | null {
  const from = Math.max(view.fromMs, span.fromMs)
  const to = Math.min(view.toMs, span.toMs)
  if (to < from) return null
  const left = percent(view, from)
  return { left, width: percent(view, to) - left }
}

/** The view moved inside `all`, its length kept where it fits. */
export function clampView(view: Span, all: Span): Span {
  const length = Math.min(Math.max(view.toMs - view.fromMs, MIN_VIEW_MS), all.toMs - all.fromMs)
  const fromMs = Math.min(Math.max(view.fromMs, all.fromMs), all.toMs - length)
  return { fromMs, toMs: fromMs + length }
}

/** `factor` below 1 zooms in; `aroundMs` keeps its place on the screen. */
export function zoom(view: Span, all: Span, factor: number, aroundMs: number): Span {
  const left = (aroundMs - view.fromMs) * factor
  const right = (view.toMs - aroundMs) * factor
  return clampView({ fromMs: aroundMs - left, toMs: aroundMs + right }, all)
}

export function pan(view: Span, all: Span, share: number): Span {
  const by = (view.toMs - view.fromMs) * share
  return clampView({ fromMs: view.fromMs + by, toMs: view.toMs + by }, all)
}

export type Tick = { ms: number; text: string }

/** From here on an engineer thinks in minutes and hours, not in thousands of seconds. */
const CLOCK_FROM_MS = 600_000

/** Whether times in the view are written "0:12:34" instead of in seconds. */
export const asClock = (view: Span, originMs: number): boolean =>
  Math.max(Math.abs(view.fromMs - originMs), Math.abs(view.toMs - originMs)) >= CLOCK_FROM_MS

/** "−0:00:05", "1:02:03.456"; `digits` after the second's point. */
export function clock(ms: number, digits: number): string {
  const units = Math.round((Math.abs(ms) / 1000) * 10 ** digits)
  const whole = Math.floor(units / 10 ** digits)
  const two = (n: number) => String(n).padStart(2, '0')
  const fraction = digits > 0 ? `.${String(units % 10 ** digits).padStart(digits, '0')}` : ''
  const sign = ms < 0 && units > 0 ? '−' : ''
  return `${sign}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${fraction}`
}

const CLOCK_STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400].map(
    (s) => s * 1000,
  ),
]
/** A round time of which at most so many fit into a length. */
export const roundStepMs = (lengthMs: number, atMost: number): number =>
  CLOCK_STEPS_MS.find((ms) => lengthMs / ms <= atMost) ?? 86_400_000

/** Of a 12 px digit. */
const DIGIT_PX = 6.8
/** Between two labels. */
const GAP_PX = 10

const digitsOf = (stepMs: number) => (stepMs >= 1000 ? 0 : stepMs >= 100 ? 1 : stepMs >= 10 ? 2 : 3)

/** Ticks at round times of day from the origin, so far apart that no label meets its neighbour. */
export function clockTicks(view: Span, originMs: number, widthPx: number): Tick[] {
  const length = view.toMs - view.fromMs
  const longest = Math.max(Math.abs(view.fromMs - originMs), Math.abs(view.toMs - originMs))
  const labelPx = (stepMs: number) => (clock(longest, digitsOf(stepMs)).length + 1) * DIGIT_PX
  const pxOf = (ms: number) => (ms / length) * widthPx
  const stepMs = CLOCK_STEPS_MS.find((ms) => pxOf(ms) >= labelPx(ms) + GAP_PX) ?? 86_400_000
  // A label at an end is moved inside, towards its neighbour: it needs more room than that, or is left out.
  const room = labelPx(stepMs) / 2
  const keepsEnds = pxOf(stepMs) >= 3 * room + GAP_PX
  const inside = (ms: number) => pxOf(ms - view.fromMs) >= room && pxOf(view.toMs - ms) >= room
  const ticks: Tick[] = []
  for (let n = Math.ceil((view.fromMs - originMs) / stepMs); n * stepMs <= view.toMs - originMs; n++)
    if (keepsEnds || inside(originMs + n * stepMs))
      ticks.push({ ms: originMs + n * stepMs, text: clock(n * stepMs, digitsOf(stepMs)) })
  return ticks
}

/** Round seconds relative to the origin. */
export function timeTicks(view: Span, originMs: number, count: number): Tick[] {
  const scale = scaleLinear().domain([(view.fromMs - originMs) / 1000, (view.toMs - originMs) / 1000])
  const format = scale.tickFormat(count)
  return scale.ticks(count).map((s) => ({ ms: originMs + s * 1000, text: s === 0 ? '0' : format(s) }))
}

/** A value axis from 0 to a round number above the largest point. */
export function valueAxis(max: number): { max: number; ticks: number[] } {
  const scale = scaleLinear()
    .domain([0, max > 0 ? max : 1])
    .nice(2)
  const top = scale.domain()[1] ?? 1
  return { max: top, ticks: [0, top / 2, top] }
}

const ROUND_S = [10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700, 3600]

/** How much axis a live run gets: it grows in rare, round steps, so that nothing creeps. */
export function liveLengthMs(elapsedMs: number): number {
  const need = elapsedMs / 1000 / 0.97
  const found = ROUND_S.find((s) => s >= need)
  return (found ?? Math.ceil(need / 3600) * 3600) * 1000
}

/** The last point at or before `ms`, by halving. */
export function valueAt(points: readonly Point[], ms: number): number | null {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.[0] ?? Number.POSITIVE_INFINITY) <= ms) low = middle + 1
    else high = middle
  }
  return points[low - 1]?.[1] ?? null
}
