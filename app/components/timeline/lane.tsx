'use client'
import type { ReactNode } from 'react'
import { cx } from '@/app/lib/cx'
import { useCursorMs, useFrame } from './frame'
import { Strip } from './pan'

type Props = {
  label: ReactNode
  title?: string
  /** What the lane says under the crosshair. */
  valueAt?: (ms: number) => string | null
  /** Tailwind class. */
  height?: string
  children: ReactNode
}

/** One row: its name in the gutter, its drawing on the shared axis. */
export function Lane({ label, title, valueAt, height = 'h-6', children }: Props) {
  return (
    <div className="grid grid-cols-[var(--gutter)_1fr] border-line border-b last:border-b-0">
      <div className="flex h-6 min-w-0 items-center gap-x-2 pr-2 text-xs leading-4">
        <span className="min-w-0 flex-1 truncate text-muted" title={title}>
          {label}
        </span>
        {valueAt ? <CursorValue valueAt={valueAt} /> : null}
      </div>
      <div className={cx('relative min-w-0 overflow-hidden', height)}>
        <Strip>{children}</Strip>
      </div>
    </div>
  )
}

/** Keeps its room when there is no crosshair. */
function CursorValue({ valueAt }: { valueAt: (ms: number) => string | null }) {
  const { cursor } = useFrame()
  const ms = useCursorMs(cursor)
  const text = ms === null ? null : valueAt(ms)
  return <span className="max-w-[80%] shrink-0 truncate font-medium text-ink">{text ?? ' '}</span>
}
