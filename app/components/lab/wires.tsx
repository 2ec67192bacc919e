'use client'
import { type RefObject, useLayoutEffect, useState } from 'react'

/** `from` a port or a tie, `to` a tie or a segment. */
export type Wire = {
  from: string
  to: string
  kind: 'port' | 'side'
  look: 'active' | 'idle' | 'degraded' | 'down'
  /** px, in place of the look's own. */
  width?: number
}

const STROKE: Record<Wire['look'], { stroke: string; strokeWidth: number; strokeDasharray?: string }> = {
  active: { stroke: 'var(--strong)', strokeWidth: 2.5 },
  idle: { stroke: 'var(--edge)', strokeWidth: 1, strokeDasharray: '4 3' },
  degraded: { stroke: 'var(--unsure)', strokeWidth: 2.5, strokeDasharray: '9 4' },
  down: { stroke: 'var(--fail)', strokeWidth: 1.5, strokeDasharray: '2 4' },
}

export const WireSample = ({ look }: { look: Wire['look'] }) => (
  <svg width="28" height="6" aria-hidden>
    <title>{look}</title>
    <line x2="28" y1="3" y2="3" {...STROKE[look]} />
  </svg>
)

/** Lines from interface rows to what they lead to; measured, since text decides how high a row is. */
export function Wires({ box, wires }: { box: RefObject<HTMLDivElement | null>; wires: Wire[] }) {
  const [paths, setPaths] = useState<Record<string, string>>({})
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => setPaths(pathsIn(element, wires))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [box, wires])
  return (
    <svg aria-hidden className="pointer-events-none absolute inset-0 hidden size-full md:block">
      {wires.map((wire) => {
        const d = paths[key(wire)]
        const own = wire.width === undefined ? {} : { strokeWidth: wire.width }
        return d ? <path key={key(wire)} d={d} fill="none" {...STROKE[wire.look]} {...own} /> : null
      })}
    </svg>
  )
}

const key = (wire: Wire) => `${wire.from} ${wire.to}`

function pathsIn(box: HTMLElement, wires: Wire[]): Record<string, string> {
  const origin = box.getBoundingClientRect()
  const rect = (name: string) => {
    const escaped = CSS.escape(name)
    const found = box.querySelector(`[data-port="${escaped}"], [data-tie="${escaped}"], [data-segment="${escaped}"]`)
    return found?.getBoundingClientRect()
  }
  const paths: Record<string, string> = {}
  for (const wire of wires) {
    const a = rect(wire.from)
    const b = rect(wire.to)
    if (!a || !b) continue
    paths[key(wire)] = wire.kind === 'side' ? upright(a, b, origin) : sideways(a, b, origin)
  }
  return paths
}

/** From a port to what stands beside it. */
function sideways(port: DOMRect, tie: DOMRect, origin: DOMRect): string {
  const onLeft = port.right <= tie.left
  const x1 = (onLeft ? port.right : port.left) - origin.left
  const x2 = (onLeft ? tie.left : tie.right) - origin.left
  const y1 = port.top + port.height / 2 - origin.top
  const y2 = tie.top + tie.height / 2 - origin.top
  const middle = (x1 + x2) / 2
  return `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`
}

/** From a RETH to the segment above or below it. */
function upright(tie: DOMRect, segment: DOMRect, origin: DOMRect): string {
  const above = segment.bottom <= tie.top
  const x = tie.left + tie.width / 2 - origin.left
  return `M${x},${(above ? tie.top : tie.bottom) - origin.top} V${(above ? segment.bottom : segment.top) - origin.top}`
}
