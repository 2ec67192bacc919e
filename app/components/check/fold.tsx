import type { ReactNode } from 'react'
import { Mark, type Tone } from '@/app/components/ui/badge'

type Props = { title: string; aside: string; tone: Tone; open?: boolean; children: ReactNode }

/** A titled list that opens on demand. */
export const Fold = ({ title, aside, tone, open = false, children }: Props) => (
  <details className="rounded border bg-panel" open={open}>
    <summary className="min-h-9 cursor-pointer px-3 py-2">
      <Mark tone={tone} label={tone === 'pass' ? 'fine' : 'not checked'} />{' '}
      <span className="break-words font-semibold">{title}</span> <span className="text-muted">{aside}</span>
    </summary>
    <dl className="divide-y border-t">{children}</dl>
  </details>
)

export const FoldRow = ({ title, text }: { title: string; text: string }) => (
  <div className="grid gap-x-3 px-3 py-1.5 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
    <dt className="break-words text-muted">{title}</dt>
    <dd className="break-words">{text}</dd>
  </div>
)
