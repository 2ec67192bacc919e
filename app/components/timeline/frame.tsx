'use client'
import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Span } from './model'

/** The crosshair's place, outside React state: sixty times a second only the lanes' value cells read it. */
export class Cursor {
  #ms: number | null = null
  #listeners = new Set<() => void>()

  get ms(): number | null {
    return this.#ms
  }

  set(ms: number | null): void {
    if (ms === this.#ms) return
    this.#ms = ms
    for (const listener of this.#listeners) listener()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** What every lane needs to place itself: the visible stretch, the origin, the plot's width. */
export type Frame = { view: Span; originMs: number; widthPx: number; cursor: Cursor }

const FrameContext = createContext<Frame | null>(null)

export const FrameProvider = FrameContext.Provider

export function useFrame(): Frame {
  const frame = useContext(FrameContext)
  if (!frame) throw new Error('a lane stands outside of a Timeline')
  return frame
}

export const useCursorMs = (cursor: Cursor): number | null =>
  useSyncExternalStore(
    cursor.subscribe,
    () => cursor.ms,
    () => null,
  )
