import { Dialog } from '@/app/components/ui/dialog'
import type { WanLink } from '@/server/domain/wan'
import { OperationForm } from './operation-form'

type Props = {
  lab: string
  link: WanLink
  /** Id of the PVE host. */
  host: string
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** The VM of one link off and on again, then its link good. */
export function RestartDialog({ lab, link: { id, isp, wanulator }, host, open, onOpenChange }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Restart VM ${wanulator.vm}`}
      description={`${wanulator.title} on ${host}. ${isp.title} is cut until it has booted, a minute or so.`}
    >
      {open ? (
        <OperationForm
          {...{ lab, action: `Restart VM ${wanulator.vm}` }}
          operation="wanulator-restart"
          params={{ link: id }}
          effect="The VM is switched off, if it runs, and on again; what was in its memory is gone. Once its console answers, its link is made good: also when you cancel."
          onClose={() => onOpenChange(false)}
        />
      ) : null}
    </Dialog>
  )
}
