import { cva } from 'class-variance-authority'
import type { ReactNode } from 'react'
import { cx } from '@/app/lib/cx'

export type Tone = 'pass' | 'fail' | 'unsure' | 'running' | 'neutral'

/** The shape beside the colour, so that nobody needs the colour. */
export const TONE_MARK: Record<Tone, string> = { pass: '✓', fail: '✕', unsure: '?', running: '●', neutral: '○' }

export const TONE_TEXT: Record<Tone, string> = {
  pass: 'text-pass',
  fail: 'text-fail',
  unsure: 'text-unsure',
  running: 'text-running',
  neutral: 'text-muted',
}

const look = cva(
  'inline-flex items-center gap-1.5 whitespace-nowrap rounded border px-2 font-semibold text-xs leading-5',
  {
    variants: {
      tone: {
        pass: 'border-pass bg-pass-soft text-pass',
        fail: 'border-fail bg-fail-soft text-fail',
        unsure: 'border-unsure bg-unsure-soft text-unsure',
        running: 'border-running bg-running-soft text-running',
        neutral: 'border-edge bg-sunk text-muted',
      },
      large: { true: 'px-3 text-sm leading-7', false: '' },
    },
  },
)

type Props = {
  tone: Tone
  /** In place of the tone's own. */
  mark?: string
  large?: boolean
  className?: string
  children: ReactNode
}

export const Badge = ({ tone, mark = TONE_MARK[tone], large = false, className, children }: Props) => (
  <span className={cx(look({ tone, large }), className)}>
    <span aria-hidden>{mark}</span>
    {children}
  </span>
)

export const Mark = ({ tone, label }: { tone: Tone; label: string }) => (
  <span role="img" aria-label={label} className={cx('inline-block w-4 text-center font-semibold', TONE_TEXT[tone])}>
    {TONE_MARK[tone]}
  </span>
)
