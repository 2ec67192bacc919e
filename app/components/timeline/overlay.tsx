'use client'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { instantText } from './axis'
import { useCursorMs, useFrame } from './frame'
import type { Span } from './model'
import { clampView, percent } from './scale'
import type { Pan } from './use-pan'
import { useWheel } from './use-wheel'

/** Shorter drags are clicks. */
const DRAG_PX = 6

type Props = {
  /** All that can be shown. */
  all: Span
  pan: Pan
  /** Height of the axis at the top, where a drag moves instead of zooming. */
  axisPx: number
  onZoom: (view: Span) => void
  onReset: () => void
  onStep: (what: 'in' | 'out' | 'left' | 'right') => void
}

/**
 * Crosshair, drag to zoom, double-click to reset; with arrows, plus, minus and Escape on the keyboard. A drag on the axis
 * or with Shift moves the view, and so does a wheel sideways; with Ctrl the wheel zooms.
 */
export function Overlay({ all, pan, axisPx, onZoom, onReset, onStep }: Props) {
  const { originMs, cursor } = useFrame()
  const { view } = pan
  const grabbed = useRef<{ px: number; view: Span } | null>(null)
  const zoomed = view.fromMs > all.fromMs || view.toMs < all.toMs
  const [drag, setDrag] = useState<{ anchorMs: number; ms: number } | null>(null)
  const ref = useRef<HTMLDivElement>(null)
  const ms = useCursorMs(cursor)
  const length = view.toMs - view.fromMs

  const instant = (event: { clientX: number }) => {
    const box = ref.current?.getBoundingClientRect()
    if (!box || box.width === 0) return view.fromMs
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    return view.fromMs + share * length
  }
  const widthPx = () => ref.current?.getBoundingClientRect().width || 1
  const movesView = (event: PointerEvent) => {
    const top = ref.current?.getBoundingClientRect().top ?? 0
    return zoomed && (event.shiftKey || event.clientY - top < axisPx)
  }
  useWheel(ref, { all, view, zoomed, pan, onZoom, instant })
  const finish = () => {
    if (grabbed.current) {
      grabbed.current = null
      pan.end()
      return
    }
    const box = ref.current?.getBoundingClientRect()
    if (drag && box) {
      const [fromMs, toMs] = drag.ms < drag.anchorMs ? [drag.ms, drag.anchorMs] : [drag.anchorMs, drag.ms]
      if (((toMs - fromMs) / length) * box.width >= DRAG_PX) onZoom({ fromMs, toMs })
    }
    setDrag(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const here = ms ?? view.fromMs + length / 2
    const by = length * (event.shiftKey ? 0.1 : 0.005)
    if (event.key === 'ArrowLeft') cursor.set(Math.max(view.fromMs, here - by))
    else if (event.key === 'ArrowRight') cursor.set(Math.min(view.toMs, here + by))
    else if (event.key === '+' || event.key === '=') onStep('in')
    else if (event.key === '-') onStep('out')
    else if (event.key === 'PageUp') onStep('left')
    else if (event.key === 'PageDown') onStep('right')
    else if (event.key === 'Home') cursor.set(view.fromMs)
    else if (event.key === 'End') cursor.set(view.toMs)
    else if (event.key === 'Escape') onReset()
    else return
    event.preventDefault()
  }

  return (
    <div
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label="Time under the crosshair; plus and minus zoom, Escape shows all"
      aria-valuemin={Math.round(view.fromMs - originMs)}
      aria-valuemax={Math.round(view.toMs - originMs)}
      aria-valuenow={Math.round((ms ?? view.fromMs) - originMs)}
      aria-valuetext={ms === null ? 'no crosshair' : instantText(ms, originMs, view)}
      className="absolute inset-y-0 right-0 left-[var(--gutter)] z-20 cursor-crosshair touch-pan-y select-none"
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        if (movesView(event)) {
          grabbed.current = { px: event.clientX, view }
          cursor.set(null)
          return
        }
        const at = instant(event)
        setDrag({ anchorMs: at, ms: at })
        cursor.set(at)
      }}
      onPointerMove={(event) => {
        const from = grabbed.current
        if (from) {
          const byMs = ((from.px - event.clientX) / widthPx()) * length
          pan.move(clampView({ fromMs: from.view.fromMs + byMs, toMs: from.view.toMs + byMs }, all))
          return
        }
        const at = instant(event)
        cursor.set(at)
        if (drag) setDrag({ ...drag, ms: at })
      }}
      onPointerUp={finish}
      onPointerCancel={() => {
        if (grabbed.current) finish()
        setDrag(null)
      }}
      onPointerLeave={() => {
        if (!drag) cursor.set(null)
      }}
      onBlur={() => cursor.set(null)}
      onDoubleClick={onReset}
      onKeyDown={onKeyDown}
    >
      {zoomed ? (
        <div className="absolute inset-x-0 top-0 cursor-grab active:cursor-grabbing" style={{ height: axisPx }} />
      ) : null}
      {ms !== null && percent(view, ms) >= 0 && percent(view, ms) <= 100 ? (
        <div className="pointer-events-none absolute inset-y-0 w-px bg-ink" style={{ left: `${percent(view, ms)}%` }} />
      ) : null}
      {drag ? (
        <div
          className="pointer-events-none absolute inset-y-0 border-running border-x bg-running/15"
          style={{
            left: `${percent(view, Math.min(drag.anchorMs, drag.ms))}%`,
            width: `${(Math.abs(drag.ms - drag.anchorMs) / length) * 100}%`,
          }}
        />
      ) : null}
    </div>
  )
}
