import { cx } from '@/app/lib/cx'

/** Keeps the room of what is still loading. */
export const Skeleton = ({ className, label = 'Loading' }: { className?: string; label?: string }) => (
  <div role="status" aria-label={label} className={cx('rounded bg-sunk', className)} />
)
