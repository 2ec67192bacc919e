'use client'
import { type RefObject, useEffect, useState } from 'react'

/** Whether an element is on the screen, by more than `byPx` from above or below. */
export function useInView(ref: RefObject<Element | null>, byPx = 0): boolean {
  const [inView, setInView] = useState(false)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new IntersectionObserver(([entry]) => setInView(entry?.isIntersecting ?? false), {
      rootMargin: `-${byPx}px 0px`,
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref, byPx])
  return inView
}
