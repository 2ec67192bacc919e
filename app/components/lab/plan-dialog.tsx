'use client'
import { useQuery } from '@tanstack/react-query'
import { CopyButton } from '@/app/components/ui/copy-button'
import { Dialog } from '@/app/components/ui/dialog'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Skeleton } from '@/app/components/ui/skeleton'
import { useTRPC } from '@/app/lib/trpc'
import type { CaseView } from '@/server/domain/case'
import { asText, PlanList } from './plan-list'

type Props = {
  lab: string
  view: Pick<CaseView, 'id' | 'title'>
  /** The defaults unless told. */
  params?: Record<string, unknown>
  /** In place of id and title. */
  name?: string
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Per step and host, exactly what would be run; nothing is. */
export function PlanDialog({ lab, view, params, name = `${view.id} ${view.title}`, open, onOpenChange }: Props) {
  const trpc = useTRPC()
  const plan = useQuery({
    ...trpc.cases.plan.queryOptions({ lab, case: view.id, params: params ?? {} }),
    enabled: open,
  })
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={onOpenChange}
      title={`Commands of ${name}`}
      description={`Exactly what would be run${params ? '' : ' with the default parameters'}. Nothing is run here.`}
      footer={plan.data ? <CopyButton text={() => asText(plan.data)} label="Copy all" /> : null}
    >
      {plan.error ? (
        <ErrorBox error={plan.error} doing="Could not make the plan" onRetry={() => plan.refetch()} />
      ) : null}
      {plan.isPending ? <Skeleton className="h-96" /> : null}
      {plan.data ? <PlanList steps={plan.data} /> : null}
    </Dialog>
  )
}
