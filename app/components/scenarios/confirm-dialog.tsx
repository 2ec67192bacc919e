'use client'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/app/components/ui/button'
import { Dialog } from '@/app/components/ui/dialog'

type Props = {
  open: boolean
  onClose: () => void
  title: string
  /** On the button that does it. */
  action: string
  icon: LucideIcon
  busy: boolean
  onConfirm: () => void
  children: ReactNode
}

/** Asks once more, with what will happen. */
export const ConfirmDialog = ({ open, onClose, title, action, icon: Icon, busy, onConfirm, children }: Props) => (
  <Dialog
    open={open}
    onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
    title={title}
    footer={
      <>
        <Button onClick={onClose}>Not now</Button>
        <Button kind="solid" disabled={busy} onClick={onConfirm}>
          <Icon aria-hidden /> {action}
        </Button>
      </>
    }
  >
    <div className="grid gap-3">{children}</div>
  </Dialog>
)
