import type { ReactNode } from 'react'

type Props = { title: string /** It is all that the page has. */; page?: boolean; children?: ReactNode }

/** Nothing here yet, and what to do about it. */
export const Empty = ({ title, page = false, children }: Props) => (
  <div className="grid justify-items-center gap-2 px-4 py-10 text-center">
    {page ? <h1 className="font-semibold text-base">{title}</h1> : <p className="font-semibold">{title}</p>}
    <div className="grid max-w-prose justify-items-center gap-3 text-muted">{children}</div>
  </div>
)
