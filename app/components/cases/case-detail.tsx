'use client'
import { useQuery } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { blockedBecause, LastResult } from '@/app/components/lab/cases'
import { ParamForm, type ParamValues, paramDefaults } from '@/app/components/lab/param-form'
import { asText, PlanList } from '@/app/components/lab/plan-list'
import { RunDialog } from '@/app/components/lab/run-dialog'
import { Badge } from '@/app/components/ui/badge'
import { Button } from '@/app/components/ui/button'
import { CopyButton } from '@/app/components/ui/copy-button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { limit } from '@/app/lib/format'
import { effectOf, paramTitle } from '@/app/lib/lab/case-words'
import { useTRPC } from '@/app/lib/trpc'
import type { CaseView } from '@/server/domain/case'
import type { LabState } from '@/server/domain/views'
import { ParamTable } from './param-table'

type Props = { lab: string; view: CaseView; state: LabState | undefined }

const NONE = {}

/** One case on one lab. The plan follows the parameters of the form; nothing is run but by the Run button. */
export function CaseDetail({ lab, view, state }: Props) {
  const [open, setOpen] = useState(false)
  const [params, setParams] = useState<ParamValues>(() => paramDefaults(view.fields, NONE))
  return (
    <div className="grid min-w-0 gap-3">
      <Summary lab={lab} view={view} state={state} onRun={() => setOpen(true)} />
      <div className="grid items-start gap-3 xl:grid-cols-2">
        <Parameters view={view} onValid={setParams} />
        <Criteria view={view} />
      </div>
      <Plan lab={lab} view={view} params={params} />
      <RunDialog lab={lab} view={view} params={params} open={open} onOpenChange={setOpen} />
    </div>
  )
}

function Summary({ lab, view, state, onRun }: Props & { onRun: () => void }) {
  const blocked = blockedBecause(view, state?.quarantine != null)
  return (
    <Panel
      title={`${view.id} ${view.title}`}
      aside={
        <Button kind="solid" disabled={blocked !== null} onClick={onRun}>
          <Play aria-hidden /> Run {view.id}
        </Button>
      }
      bodyClassName="grid gap-2"
    >
      <p className="max-w-prose">{view.objective}</p>
      <p className="flex flex-wrap items-center gap-x-2">
        {view.destructive ? (
          <>
            <Badge tone="unsure">{effectOf(view)}</Badge> The lab is put back to what it was.
          </>
        ) : (
          <Badge tone="neutral">does not interrupt traffic</Badge>
        )}
        {view.destructiveWhen ? `Stops a service with: ${paramTitle(view.fields, view.destructiveWhen)}.` : null}
      </p>
      {blocked ? (
        <p>
          <strong className="font-semibold">Blocked on {lab}.</strong> {blocked}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-2">
        <span className="text-muted">Last result on this lab:</span>
        {state ? (
          <LastResult last={state.lastResults[view.id]} />
        ) : (
          <span className="text-muted text-xs leading-6">…</span>
        )}
      </div>
    </Panel>
  )
}

function Parameters({ view, onValid }: { view: CaseView; onValid: (values: ParamValues) => void }) {
  const { register, handleSubmit, formState } = useForm<ParamValues>({
    defaultValues: paramDefaults(view.fields, NONE),
    shouldFocusError: false,
  })
  if (view.fields.length === 0)
    return (
      <Panel title="Parameters">
        <p className="text-muted">It has none.</p>
      </Panel>
    )
  return (
    <Panel title="Parameters" bodyClassName="grid gap-4">
      <ParamTable fields={view.fields} />
      <form
        noValidate
        aria-label="Parameters of the plan"
        className="grid gap-3"
        onChange={() => void handleSubmit(onValid)()}
        onSubmit={(event) => event.preventDefault()}
      >
        <ParamForm fields={view.fields} register={register} errors={formState.errors} />
        <p className="text-muted text-xs">The plan below and the Run button take these values.</p>
      </form>
    </Panel>
  )
}

const Criteria = ({ view }: { view: CaseView }) => (
  <Panel title="Criteria" bodyClassName="p-0">
    <ul className="divide-y">
      {view.criteria.map((criterion) => (
        <li key={criterion.id} className="px-3 py-2">
          {criterion.title}
          <span className="block text-muted text-xs">
            {criterion.limit ? `limit ${criterion.limit}` : 'as declared in the lab file'}
            {criterion.when ? `; only with: ${paramTitle(view.fields, criterion.when)}` : null}
          </span>
        </li>
      ))}
      {view.headline ? (
        <li className="px-3 py-2 text-muted text-xs">
          Headline of a run: {view.headline.title}, limit {limit(view.headline.limitMs)}
        </li>
      ) : null}
    </ul>
  </Panel>
)

function Plan({ lab, view, params }: { lab: string; view: CaseView; params: ParamValues }) {
  const trpc = useTRPC()
  const plan = useQuery({
    ...trpc.cases.plan.queryOptions({ lab, case: view.id, params }),
    placeholderData: (previous) => previous,
  })
  return (
    <Panel
      title="Plan"
      aside={plan.data ? <CopyButton text={() => asText(plan.data)} label="Copy all" /> : null}
      bodyClassName="grid gap-3"
    >
      <p className="text-muted">Exactly what would be run. Nothing is run here.</p>
      {plan.error ? (
        <ErrorBox error={plan.error} doing="Could not make the plan" onRetry={() => plan.refetch()} />
      ) : null}
      {plan.isPending ? <Skeleton className="h-96" label="Loading the plan" /> : null}
      {plan.data ? <PlanList steps={plan.data} /> : null}
    </Panel>
  )
}
