import type { ComponentProps, ReactNode } from 'react'
import { cx } from '@/app/lib/cx'

export const control =
  'h-8 w-full min-w-0 rounded border border-edge bg-panel px-2 text-sm text-ink placeholder:text-faint ' +
  'disabled:opacity-60 aria-invalid:border-fail'

export const Input = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input className={cx(control, className)} {...rest} />
)

/** Text of a machine: a file that is pasted. Its height is the caller's. */
export const TextArea = ({ className, ...rest }: ComponentProps<'textarea'>) => (
  <textarea
    className={cx(control, 'resize-y py-1.5 font-mono text-xs leading-5', className)}
    spellCheck={false}
    {...rest}
  />
)

/** The browser's own select: reachable by keyboard, a wheel on a phone. */
export const Select = ({ className, ...rest }: ComponentProps<'select'>) => (
  <select className={cx(control, 'pr-1', className)} {...rest} />
)

type FieldProps = { label: string; htmlFor: string; hint?: ReactNode; error?: string; children: ReactNode }

export function Field({ label, htmlFor, hint, error, children }: FieldProps) {
  return (
    <div className="grid gap-1">
      <label htmlFor={htmlFor} className="font-medium">
        {label}
      </label>
      {children}
      {hint ? (
        <p id={`${htmlFor}-hint`} className="text-muted text-xs">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${htmlFor}-error`} role="alert" className="text-fail text-xs">
          ✕ {error}
        </p>
      ) : null}
    </div>
  )
}
