'use client'
import type { ReactNode } from 'react'
import { cx } from '@/app/lib/cx'
import { errorView } from '@/app/lib/error-view'
import { Button } from './button'

type Props = {
  error: unknown
  /** What was being done: "Could not read the history". */
  doing?: string
  onRetry?: () => void
  className?: string
  children?: ReactNode
}

/** Every error has the same shape: what happened, where, what to do. */
export function ErrorBox({ error, doing, onRetry, className, children }: Props) {
  const view = errorView(error)
  return (
    <div role="alert" className={cx('rounded border border-fail bg-fail-soft px-3 py-2', className)}>
      <p className="font-semibold text-fail">
        <span aria-hidden>✕ </span>
        {doing ? `${doing}: ` : ''}
        {view.message}
      </p>
      {view.host || view.command ? (
        <p className="mt-1 break-all font-mono text-xs">
          {view.host ? `on ${view.host}` : ''}
          {view.host && view.command ? ': ' : ''}
          {view.command}
        </p>
      ) : null}
      {view.stderrTail ? (
        <pre className="mt-1 max-h-32 overflow-auto whitespace-pre-wrap text-xs">{view.stderrTail}</pre>
      ) : null}
      {view.hint ? <p className="mt-1">{view.hint}</p> : null}
      {children}
      {onRetry ? (
        <Button size="small" className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  )
}
