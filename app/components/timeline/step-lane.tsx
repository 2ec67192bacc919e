'use client'
import { memo } from 'react'
import { cx } from '@/app/lib/cx'
import { useFrame } from './frame'
import { Lane } from './lane'
import type { StepSpan } from './model'
import { place } from './scale'

const CHAR_PX = 6.4

const MARK: Record<string, string> = { failed: '✕ ', 'timed-out': '✕ ', cancelled: '○ ' }

type Props = { steps: StepSpan[]; label?: string }

export const StepLane = memo(function StepLane({ steps, label = 'steps' }: Props) {
  const { view, widthPx } = useFrame()
  const at = (ms: number) => steps.findLast((s) => s.fromMs <= ms && ms < s.toMs)?.id ?? null
  return (
    <Lane label={label} valueAt={at}>
      {steps.map((step) => {
        const box = place(view, step)
        if (!box) return null
        const text = `${MARK[step.outcome ?? ''] ?? ''}${step.id}`
        const fits = (box.width / 100) * widthPx >= text.length * CHAR_PX + 8
        const bad = step.outcome === 'failed' || step.outcome === 'timed-out'
        return (
          <div
            key={step.id}
            title={step.title}
            className={cx(
              'absolute inset-y-1 overflow-hidden whitespace-nowrap border-edge border-l px-1 text-xs leading-4',
              bad ? 'text-fail' : step.outcome === null ? 'text-running' : 'text-muted',
            )}
            style={{ left: `${box.left}%`, width: `${box.width}%` }}
          >
            {fits ? text : ''}
          </div>
        )
      })}
    </Lane>
  )
})
