'use client'
import { useMemo } from 'react'
import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { valueAxis } from '@/app/components/timeline/scale'
import { dotTime, type RunDot, useRunDots } from '@/app/components/ui/verdict-dot'
import { limit, measurement, when } from '@/app/lib/format'
import { VERDICT } from '@/app/lib/run/words'
import type { TrendPoint } from '@/server/domain/views'
import { baseline } from './baseline'

const SHORT_MS = 300_000
const DAY_MS = 86_400_000

/** Failover Time of one case over time: every run with its error, the limit, and the median of passes as baseline. */
export function TrendChart({ points }: { points: TrendPoint[] }) {
  const look = useRunDots()
  const dots = useMemo(() => points.map(dot), [points])
  const limits = [...new Set(points.flatMap((p) => (p.limitMs === null ? [] : [p.limitMs])))]
  const usual = baseline(points)
  const first = dots[0]?.x ?? 0
  const last = dots.at(-1)?.x ?? first
  const margin = Math.max((last - first) * 0.04, 60_000)
  const top = Math.max(0.1, ...dots.map((d) => d.y + d.error[1]), ...limits.map((ms) => ms / 1000))
  const axis = valueAxis(top)
  return (
    <ResponsiveContainer width="100%" height={220}>
      <ScatterChart margin={{ top: 12, right: 64, bottom: 4, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="x"
          type="number"
          domain={[first - margin, last + margin]}
          tickFormatter={(ms: number) => tick(ms, last - first)}
          tick={{ fill: 'var(--muted)', fontSize: 12 }}
          stroke="var(--edge)"
          minTickGap={48}
        />
        <YAxis
          dataKey="y"
          type="number"
          domain={[0, axis.max]}
          ticks={axis.ticks}
          tickFormatter={(s: number) => String(Number(s.toPrecision(3)))}
          tick={{ fill: 'var(--muted)', fontSize: 12 }}
          stroke="var(--edge)"
          width={44}
          unit=" s"
        />
        {limits.map((ms) => (
          <ReferenceLine
            key={ms}
            y={ms / 1000}
            stroke="var(--fail)"
            strokeDasharray="6 3"
            label={{ value: `limit ${limit(ms)}`, position: 'right', fill: 'var(--fail)', fontSize: 12 }}
          />
        ))}
        {usual === null ? null : (
          <ReferenceLine
            y={usual / 1000}
            stroke="var(--edge)"
            strokeDasharray="2 3"
            label={{ value: 'median', position: 'right', fill: 'var(--muted)', fontSize: 12 }}
          />
        )}
        <Tooltip isAnimationActive={false} cursor={false} content={Hint} />
        <Scatter data={dots} {...look}>
          <ErrorBar dataKey="error" direction="y" width={6} strokeWidth={1} stroke="var(--muted)" />
        </Scatter>
      </ScatterChart>
    </ResponsiveContainer>
  )
}

const dot = (run: TrendPoint): RunDot<TrendPoint> => {
  const { s: y, error } = dotTime(run.failoverTime)
  return { x: run.startedAt, y, error, run }
}

/** Neighbouring ticks must not read alike: seconds while all runs lie within minutes. */
function tick(ms: number, lengthMs: number): string {
  if (lengthMs > 3 * DAY_MS) return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(ms)
  const second = lengthMs < SHORT_MS ? ({ second: '2-digit' } as const) : {}
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...second }).format(ms)
}

function Hint({ active, payload }: { active?: boolean; payload?: readonly { payload?: RunDot<TrendPoint> }[] }) {
  const point = payload?.[0]?.payload?.run
  if (!active || !point) return null
  return (
    <div className="rounded border border-edge bg-panel px-2 py-1 text-xs shadow">
      <p className="font-semibold">{measurement(point.failoverTime)}</p>
      <p>{point.verdict ? VERDICT[point.verdict].text : 'not judged'}</p>
      <p className="text-muted">
        {when(point.startedAt)} · {point.softwareVersion ?? 'version unknown'}
      </p>
    </div>
  )
}
