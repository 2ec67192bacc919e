'use client'
import { memo, useMemo, useRef } from 'react'
import { CartesianGrid, Line, LineChart, XAxis, YAxis } from 'recharts'
import { cx } from '@/app/lib/cx'
import { useCursorMs, useFrame } from './frame'
import { LiveLines } from './live-lines'
import type { Point, Series, Span } from './model'
import { Strip, useDragging } from './pan'
import { valueAt, valueAxis } from './scale'

export const CHART_HEIGHT = 88

/** Probes are told apart by line, not by colour: colour is for state. */
const DASH = ['', '6 3', '2 3', '8 3 2 3']
const SHADE = ['var(--ink)', 'var(--faint)', 'var(--strong)', 'var(--edge)']

const look = (i: number) => ({
  stroke: SHADE[i % SHADE.length],
  strokeDasharray: DASH[i % DASH.length],
  strokeWidth: 1.25,
})

type Props = {
  label: string
  unit: string
  series: Series[]
  digits: number
  step?: boolean
  /** It changes several times a second: bare lines, which cost a tenth of a chart. */
  growing?: boolean
}

export const ChartLane = memo(function ChartLane({ label, unit, series, digits, step = false, growing }: Props) {
  const { view, widthPx } = useFrame()
  const fitting = useMemo(() => {
    let max = 0
    for (const s of series) {
      for (const [ms, value] of s.points) {
        if (value !== null && value > max && ms >= view.fromMs && ms <= view.toMs) max = value
      }
    }
    return valueAxis(max)
  }, [series, view])
  // The scale stays while the picture is dragged.
  const dragging = useDragging()
  const settled = useRef(fitting)
  if (!dragging) settled.current = fitting
  const axis = settled.current
  return (
    <div className="grid grid-cols-[var(--gutter)_1fr] border-line border-b last:border-b-0">
      <Gutter label={label} unit={unit} axis={axis} series={series} digits={digits} />
      <div className="relative min-w-0 overflow-hidden" style={{ height: CHART_HEIGHT }} aria-hidden>
        <Strip>
          {widthPx > 0 && growing ? (
            <LiveLines series={series} axis={axis} step={step} heightPx={CHART_HEIGHT} look={look} />
          ) : widthPx > 0 ? (
            <LineChart
              width={widthPx}
              height={CHART_HEIGHT}
              margin={{ top: 6, right: 0, bottom: 6, left: 0 }}
              accessibilityLayer={false}
            >
              <CartesianGrid vertical={false} stroke="var(--line)" />
              <XAxis dataKey="0" type="number" domain={[view.fromMs, view.toMs]} allowDataOverflow hide />
              <YAxis type="number" domain={[0, axis.max]} ticks={axis.ticks} allowDataOverflow hide />
              {series.map((s, i) => (
                <Line
                  key={s.stream}
                  data={inside(s.points, view) as [number, number | null][]}
                  dataKey="1"
                  type={step ? 'stepBefore' : 'linear'}
                  {...look(i)}
                  dot={false}
                  activeDot={false}
                  isAnimationActive={false}
                  connectNulls={false}
                />
              ))}
            </LineChart>
          ) : null}
        </Strip>
      </div>
    </div>
  )
})

/** What of a line can be seen, and one point more on each side. */
function inside(points: readonly Point[], view: Span): readonly Point[] {
  const from = points.findIndex(([ms]) => ms >= view.fromMs)
  const to = points.findLastIndex(([ms]) => ms <= view.toMs)
  return from < 0 ? points.slice(-1) : points.slice(Math.max(0, from - 1), to + 2)
}

type GutterProps = Omit<Props, 'step' | 'growing'> & { axis: { max: number; ticks: number[] } }

function Gutter({ label, unit, axis, series, digits }: GutterProps) {
  const { cursor } = useFrame()
  const ms = useCursorMs(cursor)
  return (
    <div className="relative min-w-0 pt-1 pr-2 text-xs leading-4" style={{ height: CHART_HEIGHT }}>
      <div className="text-muted">{[label, unit].filter(Boolean).join(' ')}</div>
      <ul className="pr-7">
        {series.slice(0, 4).map((s, i) => {
          const value = ms === null ? null : valueAt(s.points, ms)
          return (
            <li key={s.stream} className="flex items-center gap-1" title={s.title}>
              <svg width="14" height="4" aria-hidden className="shrink-0">
                <line x2="14" y1="2" y2="2" stroke={SHADE[i % 4]} strokeDasharray={DASH[i % 4]} strokeWidth="1.5" />
              </svg>
              <span className={cx('truncate', ms === null ? 'text-muted' : 'font-medium text-ink')}>
                {ms === null ? s.title : value === null ? '–' : value.toFixed(digits)}
              </span>
            </li>
          )
        })}
      </ul>
      {axis.ticks.map((tick) => (
        <span
          key={tick}
          className="absolute right-1 -translate-y-1/2 text-[11px] text-faint"
          style={{ top: 6 + (1 - tick / axis.max) * (CHART_HEIGHT - 12) }}
        >
          {Number(tick.toPrecision(3))}
        </span>
      ))}
    </div>
  )
}
