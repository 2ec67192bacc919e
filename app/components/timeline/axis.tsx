'use client'
import { useCursorMs, useFrame } from './frame'
import type { Span } from './model'
import { Strip } from './pan'
import { asClock, clock, clockTicks, percent, timeTicks } from './scale'

/** Seconds, or hours, relative to the origin, and the crosshair's own time on top of them. */
export function Axis({ origin }: { origin: 'T0' | 'start' }) {
  const { view, originMs, widthPx } = useFrame()
  const long = asClock(view, originMs)
  const ticks = long
    ? clockTicks(view, originMs, widthPx)
    : timeTicks(view, originMs, Math.max(3, Math.floor(widthPx / 80)))
  const unit = long ? 'h:m:s' : 's'
  return (
    <div className="grid grid-cols-[var(--gutter)_1fr] border-line border-b">
      <span className="truncate py-1 pr-2 text-muted text-xs">
        {origin === 'T0' ? `${unit} from T0` : `${unit} from start`}
      </span>
      <div className="relative h-6 overflow-hidden text-muted text-xs" aria-hidden>
        <Strip>
          {ticks.map((tick) => {
            const left = percent(view, tick.ms)
            const shift = left < 2 ? '0' : left > 98 ? '-100%' : '-50%'
            return (
              <span
                key={tick.ms}
                data-axis-tick
                className="absolute top-1 leading-4"
                style={{ left: `${left}%`, translate: shift }}
              >
                {tick.text}
              </span>
            )
          })}
        </Strip>
        <CursorTime />
      </div>
    </div>
  )
}

function CursorTime() {
  const { view, originMs, cursor } = useFrame()
  const ms = useCursorMs(cursor)
  if (ms === null) return null
  const left = percent(view, ms)
  const shift = left < 8 ? '0' : left > 92 ? '-100%' : '-50%'
  return (
    <span
      className="absolute top-0.5 rounded bg-ink px-1 font-medium text-page leading-5"
      style={{ left: `${left}%`, translate: shift }}
    >
      {instantText(ms, originMs, view)}
    </span>
  )
}

/** "+3.608 s", or "1:02:03.4" where the axis is in hours. */
export function instantText(ms: number, originMs: number, view: Span): string {
  const length = view.toMs - view.fromMs
  if (!asClock(view, originMs)) return seconds(ms - originMs, length)
  const text = clock(ms - originMs, length > 600_000 ? 0 : length > 60_000 ? 1 : 3)
  return text.startsWith('−') ? text : `+${text}`
}

/** As many digits as the view can tell apart. */
export function seconds(ms: number, viewMs: number): string {
  const digits = viewMs > 600_000 ? 1 : viewMs > 60_000 ? 2 : 3
  const text = (Math.abs(ms) / 1000).toFixed(digits)
  return `${ms < 0 ? '−' : '+'}${text} s`
}
