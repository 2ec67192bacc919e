'use client'
import { useQuery } from '@tanstack/react-query'
import { CopyButton } from '@/app/components/ui/copy-button'
import { Dialog } from '@/app/components/ui/dialog'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Skeleton } from '@/app/components/ui/skeleton'
import { elapsed } from '@/app/lib/format'
import { useTRPC } from '@/app/lib/trpc'
import type { CaseView, PlannedCommand, PlanStep } from '@/server/domain/case'

type Props = { lab: string; view: CaseView; open: boolean; onOpenChange: (open: boolean) => void }

/** Per step and host, exactly what would be run; nothing is. */
export function PlanDialog({ lab, view, open, onOpenChange }: Props) {
  const trpc = useTRPC()
  const plan = useQuery({ ...trpc.cases.plan.queryOptions({ lab, case: view.id, params: {} }), enabled: open })
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={onOpenChange}
      title={`Commands of ${view.id} ${view.title}`}
      description="Exactly what would be run with the default parameters. Nothing is run here."
      footer={plan.data ? <CopyButton text={() => asText(plan.data)} label="Copy all" /> : null}
    >
      {plan.error ? (
        <ErrorBox error={plan.error} doing="Could not make the plan" onRetry={() => plan.refetch()} />
      ) : null}
      {plan.isPending ? <Skeleton className="h-96" /> : null}
      <ol className="grid gap-6">
        {plan.data?.map((step, i) => (
          <li key={step.id}>
            <h3 className="font-semibold">
              {i + 1}. {step.title}
            </h3>
            <p className="mb-2 text-muted text-xs">
              budget {elapsed(step.budgetMs)}
              {step.changesLab ? ' · changes the lab, is undone' : ''}
            </p>
            <ul className="grid gap-2">
              {step.commands.map((command) => (
                <Command key={`${command.place} ${command.text} ${command.purpose}`} command={command} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </Dialog>
  )
}

const Command = ({ command }: { command: PlannedCommand }) => (
  <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 rounded border bg-sunk px-2 py-1">
    <div className="min-w-0">
      <p className="text-muted text-xs">
        <strong className="font-semibold text-ink">{command.place}</strong> via {command.host} · {command.purpose} ·{' '}
        {command.repeat}
      </p>
      <code className="block whitespace-pre-wrap break-all font-mono text-xs leading-5">{command.text}</code>
    </div>
    <CopyButton kind="ghost" size="icon" iconOnly text={command.text} label={`Copy: ${command.text}`} />
  </li>
)

/** For a terminal: comments, then the command. */
export const asText = (steps: PlanStep[]): string =>
  steps
    .map((step) => [`# ${step.title}`, ...step.commands.map((c) => `# ${c.host} (${c.repeat})\n${c.text}`)].join('\n'))
    .join('\n\n')
