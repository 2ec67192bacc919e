'use client'
import { type CSSProperties, createContext, type ReactNode, useContext } from 'react'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import type { Span } from './model'
import { percent } from './scale'

/** Painted beside the view on each side while it is dragged, in lengths of the view. */
const BESIDE = 1

/** What is painted so that the view can be moved without painting again. */
export function paintAround(view: Span, all: Span): Span {
  const by = (view.toMs - view.fromMs) * BESIDE
  return { fromMs: Math.max(all.fromMs, view.fromMs - by), toMs: Math.min(all.toMs, view.toMs + by) }
}

export const covers = (painted: Span, view: Span): boolean => painted.fromMs <= view.fromMs && painted.toMs >= view.toMs

/** Where the painted strip lies so that `view` is what shows of it. */
export const stripStyle = (painted: Span, view: Span): CSSProperties => ({
  width: `${((painted.toMs - painted.fromMs) / (view.toMs - view.fromMs)) * 100}%`,
  transform: `translateX(${-percent(painted, view.fromMs)}%)`,
})

/** The view that is looked at while the lanes hold the painted one; null: they are the same. */
export type PanState = { readonly current: Span | null }

const PanContext = createContext<PanState>({ current: null })

export const PanProvider = PanContext.Provider

/** Whether a drag goes on, as far as what is painted knows. */
export const useDragging = (): boolean => useContext(PanContext).current !== null

/** Moves what is painted below `root` to another view: some style changes, nothing is drawn again. */
export function moveStrips(root: HTMLElement, painted: Span, view: Span): void {
  const { transform } = stripStyle(painted, view)
  for (const strip of root.querySelectorAll<HTMLElement>('[data-strip]')) strip.style.transform = String(transform)
}

/** What is drawn on the time axis; a drag moves it as a whole. Its parent clips it. */
export function Strip({ className, children }: { className?: string; children: ReactNode }) {
  const { view: painted } = useFrame()
  const pan = useContext(PanContext)
  const style = pan.current ? stripStyle(painted, pan.current) : undefined
  return (
    <div data-strip className={cx('absolute inset-y-0 left-0 w-full', className)} style={style}>
      {children}
    </div>
  )
}
