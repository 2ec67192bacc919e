import type { ReactNode } from 'react'

/** Nothing here yet, and what to do about it. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="grid justify-items-center gap-2 px-4 py-10 text-center">
    <p className="font-semibold">{title}</p>
    <div className="grid max-w-prose justify-items-center gap-3 text-muted">{children}</div>
  </div>
)
