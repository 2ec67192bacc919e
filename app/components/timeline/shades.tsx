'use client'
import { useFrame } from './frame'
import { inView, union } from './merge'
import type { ProbeLane } from './model'
import { Strip } from './pan'
import { place } from './scale'

/** Every outage, shaded through all lanes. */
export function Shades({ probes }: { probes: ProbeLane[] }) {
  const { view, widthPx } = useFrame()
  return (
    <Strip>
      {union(probes.flatMap((p) => inView(p.losses, view, widthPx))).map((span) => {
        const box = place(view, span)
        return box ? (
          <div
            key={span.fromMs}
            data-testid="outage-shade"
            className="absolute inset-y-0 bg-fail/10"
            style={{ left: `${box.left}%`, width: `max(1px, ${box.width}%)` }}
          />
        ) : null
      })}
    </Strip>
  )
}
