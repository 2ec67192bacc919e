'use client'
import { type KeyboardEvent, memo, type PointerEvent, useEffect, useRef, useState } from 'react'
import { inView, outageLanes, union } from './merge'
import type { Span, TimelineModel } from './model'
import { asClock, clampView, clock, pan as moved, percent, place } from './scale'
import type { Pan } from './use-pan'

type Props = {
  model: TimelineModel
  pan: Pan
  zoomed: boolean
  widthPx: number
  /** The lanes that it moves. */
  controls: string
  onView: (view: Span) => void
}

/** Shorter drags are clicks. */
const DRAG_PX = 6
/** However far it is zoomed in, the window can be seen and hit. */
const WINDOW_PX = 12

/** The whole run in one line, and the window that the lanes show: it can be dragged, put elsewhere, moved by keyboard. */
export function Overview({ model, pan, zoomed, widthPx, controls, onView }: Props) {
  const { span, origin } = model
  const ref = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const held = useRef<number | null>(null)
  const [drawn, setDrawn] = useState<{ fromMs: number; toMs: number } | null>(null)
  const { view, onMove } = pan
  const length = view.toMs - view.fromMs
  const all = span.toMs - span.fromMs

  useEffect(
    () =>
      onMove((to) => {
        if (box.current) box.current.style.left = leftOf(span, to)
      }),
    [onMove, span],
  )
  const instant = (event: PointerEvent) => {
    const rect = ref.current?.getBoundingClientRect()
    return rect && rect.width > 0 ? span.fromMs + ((event.clientX - rect.left) / rect.width) * all : span.fromMs
  }
  const hold = (atMs: number) => pan.move(clampView({ fromMs: atMs, toMs: atMs + length }, span))
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = instant(event)
    if (!zoomed) return setDrawn({ fromMs: at, toMs: at })
    const reach = Math.max(length, (WINDOW_PX / Math.max(1, widthPx)) * all) / 2
    const inside = Math.abs(at - (view.fromMs + length / 2)) <= reach
    held.current = inside ? at - view.fromMs : length / 2
    hold(at - held.current)
  }
  const onUp = () => {
    if (held.current !== null) pan.end()
    held.current = null
    if (drawn) {
      const [fromMs, toMs] = drawn.fromMs < drawn.toMs ? [drawn.fromMs, drawn.toMs] : [drawn.toMs, drawn.fromMs]
      if (((toMs - fromMs) / all) * widthPx >= DRAG_PX) onView(clampView({ fromMs, toMs }, span))
    }
    setDrawn(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const share = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -1, PageDown: 1 }[event.key]
    if (share !== undefined) onView(moved(view, span, share))
    else if (event.key === 'Home') onView(clampView({ fromMs: span.fromMs, toMs: span.fromMs + length }, span))
    else if (event.key === 'End') onView(clampView({ fromMs: span.toMs - length, toMs: span.toMs }, span))
    else return
    event.preventDefault()
  }
  const text = (ms: number) =>
    asClock(span, origin.ms) ? clock(ms - origin.ms, 0) : `${((ms - origin.ms) / 1000).toFixed(1)} s`

  return (
    <div className="grid grid-cols-[var(--gutter)_1fr] px-3 pb-1 [--gutter:6rem] sm:[--gutter:10rem]">
      <span className="pr-2 text-muted text-xs leading-7">whole run</span>
      <div
        ref={ref}
        role="scrollbar"
        tabIndex={0}
        aria-label="The part of the run that is shown; arrows move it"
        aria-controls={controls}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, Math.round((all - length) / 1000))}
        aria-valuenow={Math.round((view.fromMs - span.fromMs) / 1000)}
        aria-valuetext={zoomed ? `${text(view.fromMs)} to ${text(view.toMs)}` : 'all of it'}
        data-testid="overview"
        className={`relative h-7 touch-pan-y select-none overflow-hidden border bg-sunk ${zoomed ? 'cursor-grab active:cursor-grabbing' : 'cursor-crosshair'}`}
        onPointerDown={onDown}
        onPointerMove={(event) => {
          if (held.current !== null) hold(instant(event) - held.current)
          else if (drawn) setDrawn({ ...drawn, toMs: instant(event) })
        }}
        onPointerUp={onUp}
        onPointerCancel={onUp}
        onKeyDown={onKeyDown}
      >
        <Outages model={model} widthPx={widthPx} />
        {zoomed ? (
          <div
            ref={box}
            data-testid="overview-window"
            className="absolute inset-y-0 border-2 border-running bg-running/10"
            style={{ left: leftOf(span, view), width: `max(${WINDOW_PX}px, ${(length / all) * 100}%)` }}
          />
        ) : null}
        {drawn ? <Drawn span={span} drawn={drawn} /> : null}
      </div>
    </div>
  )
}

/** In percent of the strip, and never so far right that the smallest window leaves it. */
const leftOf = (span: Span, view: Span) => `min(${percent(span, view.fromMs)}%, 100% - ${WINDOW_PX}px)`

function Drawn({ span, drawn }: { span: Span; drawn: Span }) {
  const from = Math.min(drawn.fromMs, drawn.toMs)
  const box = place(span, { fromMs: from, toMs: Math.max(drawn.fromMs, drawn.toMs) })
  return box ? (
    <div
      className="absolute inset-y-0 border-running border-x bg-running/15"
      style={{ left: `${box.left}%`, width: `${box.width}%` }}
    />
  ) : null
}

const Outages = memo(function Outages({ model, widthPx }: { model: TimelineModel; widthPx: number }) {
  const { span, markers } = model
  return (
    <>
      {union(outageLanes(model).flatMap((p) => inView(p.losses, span, widthPx))).map((outage) => {
        const box = place(span, outage)
        return box ? (
          <div
            key={outage.fromMs}
            className="absolute inset-y-1 bg-fail"
            style={{ left: `${box.left}%`, width: `max(1px, ${box.width}%)` }}
          />
        ) : null
      })}
      {markers
        .filter(({ kind }) => kind === 'fault')
        .map(({ id, atMs }) => (
          <div
            key={id}
            className="absolute inset-y-0 border-fail border-l-2"
            style={{ left: `${percent(span, atMs)}%` }}
          />
        ))}
    </>
  )
})
