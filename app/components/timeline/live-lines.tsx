'use client'
import { useFrame } from './frame'
import type { Series } from './model'

/** The chart's own margin. */
const PAD_PX = 6

type Props = {
  series: Series[]
  axis: { max: number; ticks: number[] }
  step: boolean
  heightPx: number
  look: (i: number) => { stroke: string | undefined; strokeDasharray: string | undefined; strokeWidth: number }
}

/** The same picture as the chart's, while it grows: a chart takes tens of ms to draw, which live readouts would wait for. */
export function LiveLines({ series, axis, step, heightPx, look }: Props) {
  const { view, widthPx } = useFrame()
  const x = (ms: number) => (((ms - view.fromMs) / (view.toMs - view.fromMs)) * widthPx).toFixed(1)
  const y = (value: number) => (PAD_PX + (1 - value / axis.max) * (heightPx - 2 * PAD_PX)).toFixed(1)
  const path = (points: Series['points']) => {
    let d = ''
    let isDown = false
    for (const [ms, value] of points) {
      if (value !== null)
        d += !isDown ? `M${x(ms)} ${y(value)}` : step ? `V${y(value)}H${x(ms)}` : `L${x(ms)} ${y(value)}`
      isDown = value !== null
    }
    return d
  }
  return (
    <svg width={widthPx} height={heightPx} aria-hidden>
      {axis.ticks.map((tick) => (
        <line key={tick} x2={widthPx} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
      ))}
      {series.map((s, i) => (
        <path key={s.stream} d={path(s.points)} fill="none" {...look(i)} />
      ))}
    </svg>
  )
}
