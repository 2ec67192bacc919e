'use client'
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Span } from './model'
import { covers, moveStrips, paintAround } from './pan'

/**
 * A view that follows the finger: `move` as often as it likes, `end` once. The lanes are painted once, wider than the
 * view, and then only moved; they are painted again when the view leaves what is painted, and when the drag ends.
 */
export function usePan(root: RefObject<HTMLElement | null>, view: Span, all: Span, onEnd: (view: Span) => void) {
  const current = useRef<Span | null>(null)
  const [painted, setPainted] = useState<Span | null>(null)
  const paintedNow = useRef<Span | null>(null)
  const frame = useRef(0)
  const listeners = useRef(new Set<(view: Span) => void>())

  const draw = useCallback(() => {
    frame.current = 0
    const to = current.current
    if (!to) return
    for (const listener of listeners.current) listener(to)
    const strip = paintedNow.current
    if (strip && covers(strip, to)) {
      if (root.current) moveStrips(root.current, strip, to)
      return
    }
    paintedNow.current = paintAround(to, all)
    setPainted(paintedNow.current)
  }, [root, all])

  const move = useCallback(
    (to: Span) => {
      current.current = to
      if (frame.current === 0) frame.current = requestAnimationFrame(draw)
    },
    [draw],
  )
  const end = useCallback(() => {
    const to = current.current
    cancelAnimationFrame(frame.current)
    frame.current = 0
    current.current = null
    paintedNow.current = null
    setPainted(null)
    if (to) onEnd(to)
  }, [onEnd])
  useEffect(() => () => cancelAnimationFrame(frame.current), [])

  /** Told of each frame of a drag. */
  const onMove = useCallback((listener: (view: Span) => void) => {
    listeners.current.add(listener)
    return () => void listeners.current.delete(listener)
  }, [])
  return useMemo(
    () => ({ current, view, painted: painted ?? view, move, end, onMove }),
    [painted, view, move, end, onMove],
  )
}

export type Pan = ReturnType<typeof usePan>
