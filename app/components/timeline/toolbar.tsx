'use client'
import { ChevronLeft, ChevronRight, Maximize2, ZoomIn, ZoomOut } from 'lucide-react'
import { Button } from '@/app/components/ui/button'
import { outageLanes } from './merge'
import type { Span, TimelineModel } from './model'

type Props = {
  model: TimelineModel
  zoomed: boolean
  onStep: (what: 'in' | 'out' | 'left' | 'right') => void
  onView: (view: Span) => void
  onReset: () => void
}

/** What the pointer can do on the axis, as buttons. */
export function Toolbar({ model, zoomed, onStep, onView, onReset }: Props) {
  const longest = outageLanes(model)
    .flatMap((p) => p.losses)
    .reduce<Span | null>((a, b) => (a && a.toMs - a.fromMs >= b.toMs - b.fromMs ? a : b), null)
  const showOutage = () => {
    if (!longest) return
    const edge = Math.max(100, (longest.toMs - longest.fromMs) * 0.25)
    onView({ fromMs: longest.fromMs - edge, toMs: longest.toMs + edge })
  }
  return (
    <div role="toolbar" aria-label="Time axis" className="flex flex-wrap items-center gap-1 px-3 py-1.5">
      <Button kind="ghost" size="icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => onStep('in')}>
        <ZoomIn aria-hidden />
      </Button>
      <Button kind="ghost" size="icon" aria-label="Zoom out" title="Zoom out (−)" onClick={() => onStep('out')}>
        <ZoomOut aria-hidden />
      </Button>
      <Button
        kind="ghost"
        size="icon"
        aria-label="Earlier"
        title="Earlier (Page up)"
        disabled={!zoomed}
        onClick={() => onStep('left')}
      >
        <ChevronLeft aria-hidden />
      </Button>
      <Button
        kind="ghost"
        size="icon"
        aria-label="Later"
        title="Later (Page down)"
        disabled={!zoomed}
        onClick={() => onStep('right')}
      >
        <ChevronRight aria-hidden />
      </Button>
      <Button kind="ghost" disabled={!longest} onClick={showOutage}>
        Outage
      </Button>
      <Button kind="ghost" disabled={!zoomed} onClick={onReset}>
        <Maximize2 aria-hidden /> All
      </Button>
      <span className="ml-auto hidden text-muted text-xs lg:inline">
        drag to zoom, double-click for all; drag the axis or the window above it to move
      </span>
    </div>
  )
}
