'use client'
import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  XAxis,
  YAxis,
} from 'recharts'
import { dotTime, type RunDot, useRunDots } from '@/app/components/ui/verdict-dot'
import { limit } from '@/app/lib/format'
import type { Measurement, RunSummary } from '@/server/domain/run'

/** A run that states a time. */
export type Stated = RunSummary & { failoverTime: Measurement }

const ROW_PX = 28
const AXIS_PX = 52

type Props = {
  runs: Stated[]
  limitsMs: number[] /** Seconds; one axis for all strips of a kind. */
  axis: { max: number; ticks: number[] }
}

/** A row per run: its time, the interval in which the truth lies, and the limit. */
export function StripPlot({ runs, limitsMs, axis }: Props) {
  const look = useRunDots()
  const dots = runs.map(dot)
  return (
    <div aria-hidden>
      <ResponsiveContainer width="100%" height={runs.length * ROW_PX + AXIS_PX}>
        <ScatterChart margin={{ top: 20, right: 24, bottom: 4, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid horizontal={false} stroke="var(--line)" />
          <XAxis
            dataKey="x"
            type="number"
            domain={[0, axis.max]}
            ticks={axis.ticks}
            tickFormatter={(s: number) => String(Number(s.toPrecision(3)))}
            tick={{ fill: 'var(--muted)', fontSize: 12 }}
            stroke="var(--edge)"
            unit=" s"
          />
          <YAxis
            dataKey="y"
            type="number"
            reversed
            domain={[-0.5, runs.length - 0.5]}
            ticks={runs.map((_, i) => i)}
            interval={0}
            tickFormatter={(i: number) => runs[i]?.id ?? ''}
            tick={{ fill: 'var(--ink)', fontSize: 12 }}
            stroke="var(--edge)"
            width={84}
          />
          {limitsMs.map((ms) => (
            <ReferenceLine
              key={ms}
              x={ms / 1000}
              stroke="var(--fail)"
              strokeDasharray="6 3"
              label={{ value: `limit ${limit(ms)}`, position: 'top', fill: 'var(--fail)', fontSize: 12 }}
            />
          ))}
          <Scatter data={dots} {...look}>
            <ErrorBar dataKey="error" direction="x" width={6} strokeWidth={1} stroke="var(--muted)" />
          </Scatter>
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  )
}

const dot = (run: Stated, y: number): RunDot<Stated> => {
  const { s: x, error } = dotTime(run.failoverTime)
  return { x, y, error, run }
}
