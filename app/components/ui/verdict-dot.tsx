import { useRouter } from 'next/navigation'
import { TONE_MARK } from '@/app/components/ui/badge'
import { VERDICT } from '@/app/lib/run/words'
import type { Measurement, Verdict } from '@/server/domain/run'

const COLOR: Record<Verdict, string> = { pass: 'var(--pass)', fail: 'var(--fail)', inconclusive: 'var(--unsure)' }

/** A run that states a time, as a dot of a recharts scatter: `error` below and above it, like its value in seconds. */
export type RunDot<Run> = { x: number; y: number; error: [number, number]; run: Run }

type Dotted = { id: string; verdict: Verdict | null }

/** Seconds and error of a dot. */
export const dotTime = ({ ms, minusMs, plusMs }: Measurement): { s: number; error: [number, number] } => ({
  s: ms / 1000,
  error: [minusMs / 1000, plusMs / 1000],
})

/** For `Scatter`: how a dot looks, and that it leads to its run. */
export function useRunDots() {
  const router = useRouter()
  return {
    isAnimationActive: false,
    shape: VerdictDot,
    onClick: (item: { payload?: RunDot<Dotted> }) => {
      if (item.payload) router.push(`/runs/${encodeURIComponent(item.payload.run.id)}`)
    },
  }
}

type Props = { cx?: number; cy?: number; payload?: RunDot<Dotted> }

/** Circle with tick, cross or question mark: the verdict without its colour. */
function VerdictDot({ cx = 0, cy = 0, payload }: Props) {
  const shown = payload?.run.verdict ?? 'inconclusive'
  return (
    <g className="cursor-pointer">
      <circle cx={cx} cy={cy} r={7} fill="var(--panel)" stroke={COLOR[shown]} />
      <text x={cx} y={cy} dy="0.35em" textAnchor="middle" fontSize={10} fontWeight={700} fill={COLOR[shown]}>
        {TONE_MARK[VERDICT[shown].tone]}
      </text>
    </g>
  )
}
