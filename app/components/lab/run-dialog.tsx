'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useId, useState } from 'react'
import { useForm } from 'react-hook-form'
import { Button } from '@/app/components/ui/button'
import { Dialog } from '@/app/components/ui/dialog'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, Select } from '@/app/components/ui/field'
import { Skeleton } from '@/app/components/ui/skeleton'
import { repeatHref } from '@/app/lib/compare/url-state'
import { elapsed, limit } from '@/app/lib/format'
import { useTRPC } from '@/app/lib/trpc'
import type { CaseView, PlanStep } from '@/server/domain/case'
import { ParamForm, type ParamValues, paramDefaults } from './param-form'

type Props = {
  lab: string
  view: CaseView
  params?: Record<string, unknown>
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Parameters and, for a case that is destructive with them, what it does to which host: the last stop before a run. */
export function RunDialog({ open, onOpenChange, view, ...rest }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={view.kind === 'test' ? `Run ${view.id} ${view.title}` : view.title}
      description={view.objective}
    >
      {open ? <RunForm view={view} onOpenChange={onOpenChange} {...rest} /> : null}
    </Dialog>
  )
}

const isDestructive = ({ destructive, destructiveWhen }: CaseView, params: ParamValues): boolean =>
  destructive || (destructiveWhen !== null && params[destructiveWhen] === true)

function RunForm({ lab, view, params = {}, onOpenChange }: Omit<Props, 'open'>) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const defaults = paramDefaults(view.fields, params)
  const { register, handleSubmit, watch, formState } = useForm<ParamValues>({ defaultValues: defaults })
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: ({ id, ids }) => {
        void queryClient.invalidateQueries({ queryKey: trpc.labs.state.queryKey({ lab }) })
        router.push(repeatHref(id, ids))
      },
    }),
  )
  const [repeats, setRepeats] = useState(1)
  const submit = handleSubmit((given) => start.mutate({ lab, case: view.id, params: given, repeats }))
  const values = watch()
  const busy = start.isPending || start.isSuccess
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <ParamForm fields={view.fields} register={register} errors={formState.errors} />
      {view.kind === 'test' ? <Repeats value={repeats} onChange={setRepeats} eachS={Number(values.durationS)} /> : null}
      {isDestructive(view, values) ? <Consequences lab={lab} view={view} params={values} /> : null}
      {start.error ? <ErrorBox error={start.error} doing="Could not start" /> : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Not now</Button>
        <Button kind="solid" type="submit" disabled={busy} className="min-w-28">
          <Play aria-hidden /> {busy ? 'Starting…' : view.kind === 'test' ? `Run ${view.id}` : view.title}
        </Button>
      </div>
    </form>
  )
}

const REPEATS = [
  { count: 1, text: '1' },
  { count: 3, text: '3 (in triplicate)' },
  { count: 5, text: '5' },
  { count: 10, text: '10' },
]

/** `eachS`: how long a run measures; NaN where the case does not say. */
type RepeatsProps = { value: number; onChange: (value: number) => void; eachS: number }

/** So many runs one after the other. */
function Repeats({ value, onChange, eachS }: RepeatsProps) {
  const id = useId()
  const atLeast = value > 1 && eachS > 0 ? `, ${elapsed(value * eachS * 1000)} at least` : ''
  const hint = `${value > 1 ? `${value} runs` : 'So many runs'} one after the other${atLeast}; compare them afterwards.`
  return (
    <Field label="Repeats" htmlFor={id} hint={hint}>
      <Select id={id} value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {REPEATS.map(({ count, text }) => (
          <option key={count} value={count}>
            {text}
          </option>
        ))}
      </Select>
    </Field>
  )
}

/** Host, command and expected outage of everything that changes the lab. */
function Consequences({ lab, view, params }: { lab: string; view: CaseView; params: ParamValues }) {
  const trpc = useTRPC()
  const plan = useQuery({
    ...trpc.cases.plan.queryOptions({ lab, case: view.id, params }),
    placeholderData: (previous) => previous,
  })
  return (
    <section className="grid gap-2 rounded border border-unsure bg-unsure-soft px-3 py-2">
      <h3 className="font-semibold">
        <span aria-hidden>? </span>
        {view.outage ? 'This interrupts traffic' : 'This changes the configuration'}
      </h3>
      {plan.error ? <ErrorBox error={plan.error} doing="Could not read the plan" /> : null}
      {plan.data ? <Changes steps={plan.data} /> : plan.error ? null : <Skeleton className="h-16" />}
      <p>
        Expected outage: {expectedOutage(view)}.{' '}
        {view.kind === 'test'
          ? 'Afterwards, or when you cancel, the lab is put back to what it was.'
          : 'The change stays; only when you cancel, or it goes wrong, the lab is put back to what it was.'}
      </p>
    </section>
  )
}

function expectedOutage({ outage, headline }: CaseView): string {
  if (!outage) return 'none'
  return headline ? `up to ${limit(headline.limitMs)} (the limit)` : 'unknown'
}

const Changes = ({ steps }: { steps: PlanStep[] }) => (
  <ul className="grid gap-1">
    {steps
      .filter((step) => step.changesLab)
      .flatMap((step) => step.commands.map((command) => ({ step, command })))
      .map(({ step, command }) => (
        <li key={`${step.id} ${command.text}`}>
          <span className="text-muted">
            {step.title}, {command.place === command.host ? 'on' : `${command.place} via`} {command.host}
          </span>
          <code className="block break-all font-mono text-xs">{command.text}</code>
        </li>
      ))}
  </ul>
)
