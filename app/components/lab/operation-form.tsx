'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Skeleton } from '@/app/components/ui/skeleton'
import { useTRPC } from '@/app/lib/trpc'
import type { PlanStep } from '@/server/domain/case'

type Props = {
  lab: string
  operation: 'link-impair' | 'links-good' | 'wanulator-restart'
  /** null: what stands in the form cannot be taken yet. */
  params: Record<string, unknown> | null
  /** What the commands go by, where `params` are more than fits into an address. */
  planParams?: Record<string, unknown> | null
  /** What comes of it. */
  effect?: string
  /** On the button. */
  action: string
  onClose: () => void
  children?: ReactNode
}

const REPLACED =
  'Over the console a new .wcfg is written and the emulator replaced, which cuts the link for a moment. Only when you cancel, or it goes wrong, the link is made good.'

/** The last stop before links are changed: host and commands, then the button. Whoever pressed it stays on the page. */
export function OperationForm({
  lab,
  operation,
  params,
  planParams = params,
  effect = REPLACED,
  action,
  onClose,
  children,
}: Props) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const plan = useQuery({
    ...trpc.cases.plan.queryOptions({ lab, case: operation, params: planParams ?? {} }),
    enabled: planParams !== null,
    placeholderData: (previous) => previous,
  })
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.labs.state.queryKey({ lab }) })
        onClose()
      },
    }),
  )
  const buttonText = start.isPending ? 'Starting…' : action
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (params) start.mutate({ lab, case: operation, params })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      {children}
      <section className="grid gap-2 rounded border border-unsure bg-unsure-soft px-3 py-2">
        <h3 className="font-semibold">
          <span aria-hidden>? </span>This changes the lab, and stays
        </h3>
        {plan.error ? <ErrorBox error={plan.error} doing="Could not read the plan" /> : null}
        {plan.data ? <Commands steps={plan.data} /> : plan.error ? null : <Skeleton className="h-16" />}
        <p>{effect}</p>
      </section>
      {start.error ? <ErrorBox error={start.error} doing="Could not start" /> : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Not now</Button>
        <Button kind="solid" type="submit" disabled={params === null || start.isPending} className="min-w-28">
          {buttonText}
        </Button>
      </div>
    </form>
  )
}

/** What is done to each WANulator, with the commands on its host; preflight and restore left out. */
function Commands({ steps }: { steps: PlanStep[] }) {
  const all = steps.filter(({ id, changesLab }) => changesLab && id !== 'restore').flatMap(({ commands }) => commands)
  const purposes = [...new Set(all.map(({ purpose }) => purpose))]
  return (
    <ul className="grid gap-2">
      {purposes.map((purpose) => {
        const commands = all.filter((command) => command.purpose === purpose)
        return (
          <li key={purpose}>
            <span className="text-muted">
              {purpose}; on {commands[0]?.host}
            </span>
            {commands.map(({ text }) => (
              <code key={text} className="block break-all font-mono text-xs">
                {text}
              </code>
            ))}
          </li>
        )
      })}
    </ul>
  )
}
