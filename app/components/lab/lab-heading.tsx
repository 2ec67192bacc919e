import type { ReactNode } from 'react'
import { Link } from '@/app/components/ui/link'

type Props = {
  lab: string
  /** null: not known yet, or not at all. */
  labTitle: string | null
  heading: string
  children: ReactNode
}

/** The head of a page that belongs to a lab: the way back to it, what the page is, and a sentence about it. */
export const LabHeading = ({ lab, labTitle, heading, children }: Props) => (
  <div className="min-w-0">
    <p className="text-muted text-xs">
      <Link className="link" href={`/labs/${encodeURIComponent(lab)}`}>
        {labTitle ?? lab}
      </Link>
    </p>
    <h1 className="font-semibold text-xl leading-7">{heading}</h1>
    <p className="max-w-prose text-muted">{children}</p>
  </div>
)
