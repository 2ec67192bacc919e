import { TONE_MARK } from '@/app/components/ui/badge'
import { VERDICT } from '@/app/lib/run/words'
import type { Verdict } from '@/server/domain/run'

const COLOR: Record<Verdict, string> = { pass: 'var(--pass)', fail: 'var(--fail)', inconclusive: 'var(--unsure)' }

type Props = { cx?: number; cy?: number; verdict: Verdict | null }

/** A run in a chart. Circle with tick, cross or question mark: the verdict without its colour. */
export function VerdictDot({ cx = 0, cy = 0, verdict }: Props) {
  const shown = verdict ?? 'inconclusive'
  return (
    <g className="cursor-pointer">
      <circle cx={cx} cy={cy} r={7} fill="var(--panel)" stroke={COLOR[shown]} />
      <text x={cx} y={cy} dy="0.35em" textAnchor="middle" fontSize={10} fontWeight={700} fill={COLOR[shown]}>
        {TONE_MARK[VERDICT[shown].tone]}
      </text>
    </g>
  )
}
