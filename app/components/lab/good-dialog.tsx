'use client'
import { Dialog } from '@/app/components/ui/dialog'
import type { WanLink } from '@/server/domain/wan'
import { OperationForm } from './operation-form'

type Props = {
  lab: string
  /** null: all of them. */
  link: WanLink | null
  links: readonly WanLink[]
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** One link, or all, pass everything on again. */
export function GoodDialog({ lab, link, links, open, onOpenChange }: Props) {
  const meant = link ? [link] : links
  const action = link ? `Make ${link.isp.title} good` : 'Make all links good'
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={action}
      description={`${meant.map(({ isp }) => isp.title).join(', ')}: everything is passed on again, by one emulator. What is good already is left as it is.`}
    >
      {open ? (
        <OperationForm
          {...{ lab, action }}
          operation="links-good"
          params={{ link: link?.id ?? 'all' }}
          onClose={() => onOpenChange(false)}
        />
      ) : null}
    </Dialog>
  )
}
