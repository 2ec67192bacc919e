import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from '@/app/lib/cx'

type Props = Omit<ComponentProps<'section'>, 'title'> & {
  title: ReactNode
  /** At the right of the title. */
  aside?: ReactNode
  bodyClassName?: string
}

/** A titled part of a page. */
export function Panel({ title, aside, className, bodyClassName, children, ...rest }: Props) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={cx('min-w-0 rounded border bg-panel', className)} {...rest}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-3 py-1">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside}
      </header>
      <div className={cx('p-3', bodyClassName)}>{children}</div>
    </section>
  )
}
