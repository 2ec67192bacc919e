'use client'
import { useCursorMs, useFrame } from './frame'
import { percent, timeTicks } from './scale'

/** Seconds relative to the origin, and the crosshair's own time on top of them. */
export function Axis({ origin }: { origin: 'T0' | 'start' }) {
  const { view, originMs, widthPx } = useFrame()
  const ticks = timeTicks(view, originMs, Math.max(3, Math.floor(widthPx / 80)))
  return (
    <div className="grid grid-cols-[var(--gutter)_1fr] border-line border-b">
      <span className="truncate py-1 pr-2 text-muted text-xs">{origin === 'T0' ? 's from T0' : 's from start'}</span>
      <div className="relative h-6 overflow-hidden text-muted text-xs" aria-hidden>
        {ticks.map((tick) => {
          const left = percent(view, tick.ms)
          const shift = left < 2 ? '0' : left > 98 ? '-100%' : '-50%'
          return (
            <span key={tick.ms} className="absolute top-1 leading-4" style={{ left: `${left}%`, translate: shift }}>
              {tick.text}
            </span>
          )
        })}
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
      {seconds(ms - originMs, view.toMs - view.fromMs)}
    </span>
  )
}

/** As many digits as the view can tell apart. */
export function seconds(ms: number, viewMs: number): string {
  const digits = viewMs > 600_000 ? 1 : viewMs > 60_000 ? 2 : 3
  const text = (Math.abs(ms) / 1000).toFixed(digits)
  return `${ms < 0 ? '−' : '+'}${text} s`
}
