'use client'
import { type RefObject, useEffect, useRef } from 'react'
import type { Span } from './model'
import { clampView, zoom } from './scale'
import type { Pan } from './use-pan'

/** A wheel that has been still for so long has stopped. */
const WHEEL_END_MS = 150

type Wheel = {
  all: Span
  view: Span
  zoomed: boolean
  pan: Pan
  onZoom: (view: Span) => void
  instant: (event: { clientX: number }) => number
}

/** Ctrl and wheel zoom, a wheel sideways moves. React listens to wheels passively, so the page would scroll and zoom as well. */
export function useWheel(ref: RefObject<HTMLElement | null>, wheel: Wheel): void {
  const latest = useRef(wheel)
  latest.current = wheel
  useEffect(() => {
    const element = ref.current
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | null = null
    let factor = 1
    const onWheel = (event: WheelEvent) => {
      const { all, view, zoomed, pan, onZoom, instant } = latest.current
      const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX
      if (event.ctrlKey) {
        event.preventDefault()
        const aroundMs = instant(event)
        if (factor === 1)
          requestAnimationFrame(() => {
            onZoom(zoom(latest.current.view, all, factor, aroundMs))
            factor = 1
          })
        factor *= Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * 0.002)
      } else if (zoomed && Math.abs(sideways) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) {
        event.preventDefault()
        const from = pan.current.current ?? view
        const byMs = (sideways / element.getBoundingClientRect().width) * (view.toMs - view.fromMs)
        pan.move(clampView({ fromMs: from.fromMs + byMs, toMs: from.toMs + byMs }, all))
        if (timer) clearTimeout(timer)
        timer = setTimeout(() => latest.current.pan.end(), WHEEL_END_MS)
      }
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      element.removeEventListener('wheel', onWheel)
      if (timer) clearTimeout(timer)
    }
  }, [ref])
}
