'use client'
import { useFrame } from './frame'
import type { ProbeLane, Span } from './model'
import { place } from './scale'

/** Overlapping stretches become one, so that shade does not lie on shade. */
export function union(spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1)
    if (last && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs)
    else merged.push({ ...span })
  }
  return merged
}

/** Every outage, shaded through all lanes. */
export function Shades({ probes }: { probes: ProbeLane[] }) {
  const { view } = useFrame()
  return union(probes.flatMap((p) => p.losses)).map((span) => {
    const box = place(view, span)
    return box ? (
      <div
        key={span.fromMs}
        data-testid="outage-shade"
        className="absolute inset-y-0 bg-fail/10"
        style={{ left: `${box.left}%`, width: `max(1px, ${box.width}%)` }}
      />
    ) : null
  })
}
