'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarClock, Download, Play, Terminal, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { PlanDialog } from '@/app/components/lab/plan-dialog'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { elapsed } from '@/app/lib/format'
import { saveText } from '@/app/lib/save-text'
import { useTRPC, useTRPCClient } from '@/app/lib/trpc'
import { hostsOf, SCENARIO_CASE } from '@/server/domain/scenario'
import type { ScenarioView } from '@/server/domain/scenario-views'
import { ConfirmDialog } from './confirm-dialog'
import { ScenarioTimeline } from './scenario-timeline'
import { ScheduleDialog } from './schedule-dialog'

type Props = { lab: string; scenario: ScenarioView /** Why nothing may run here now. */; blocked: string | null }

export function ScenarioCard({ lab, scenario, blocked }: Props) {
  const { id, title, content, times, lengthMs, problems, hasSource, params } = scenario
  const [open, setOpen] = useState<'run' | 'schedule' | 'remove' | 'plan' | null>(null)
  const why = problems.length > 0 ? `It does not fit this lab: ${problems.join('; ')}.` : blocked
  const isOpenEnded = times.some(({ endMs }) => endMs === null)
  const close = () => setOpen(null)
  return (
    <li className="grid gap-3 px-3 py-3" data-scenario={title}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h3 className="break-words font-semibold">{title}</h3>
          <p className="text-muted text-xs">
            {content.steps.length} {content.steps.length === 1 ? 'step' : 'steps'} on {hostsOf(content).join(', ')} ·{' '}
            {isOpenEnded ? 'at least ' : ''}
            {elapsed(lengthMs)}
            {content.files.length > 0 ? ` · brings ${content.files.map(({ name }) => name).join(', ')}` : ''}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button kind="solid" disabled={why !== null} onClick={() => setOpen('run')} aria-label={`Run now: ${title}`}>
            <Play aria-hidden /> Run now
          </Button>
          <Button disabled={why !== null} onClick={() => setOpen('schedule')} aria-label={`Schedule: ${title}`}>
            <CalendarClock aria-hidden /> Schedule
          </Button>
        </div>
      </div>
      {why ? <p className="text-xs">{why}</p> : null}
      <ScenarioTimeline steps={content.steps} times={times} lengthMs={lengthMs} />
      <div className="flex flex-wrap gap-1">
        <Button
          size="small"
          kind="ghost"
          disabled={problems.length > 0}
          onClick={() => setOpen('plan')}
          aria-label={`Show commands: ${title}`}
        >
          <Terminal aria-hidden /> Show commands
        </Button>
        {hasSource ? <Export lab={lab} id={id} format="runner" label="Export runner YAML" /> : null}
        <Export lab={lab} id={id} format="scenario" label="Export scenario YAML" />
        <Button size="small" kind="ghost" onClick={() => setOpen('remove')} aria-label={`Remove: ${title}`}>
          <Trash2 aria-hidden /> Remove
        </Button>
      </div>
      <PlanDialog
        lab={lab}
        view={{ id: SCENARIO_CASE, title }}
        name={`“${title}”`}
        params={params}
        open={open === 'plan'}
        onOpenChange={close}
      />
      <RunNow lab={lab} scenario={scenario} open={open === 'run'} onClose={close} />
      <Remove lab={lab} scenario={scenario} open={open === 'remove'} onClose={close} />
      <ScheduleDialog lab={lab} id={id} title={title} open={open === 'schedule'} onOpenChange={close} />
    </li>
  )
}

type DialogProps = { lab: string; scenario: ScenarioView; open: boolean; onClose: () => void }

/** The last stop before a run: it degrades links, and runs what nobody has read. */
function RunNow({ lab, scenario: { id, title, content }, open, onClose }: DialogProps) {
  const trpc = useTRPC()
  const router = useRouter()
  const run = useMutation(
    trpc.scenarios.run.mutationOptions({
      onSuccess: ({ id: runId }) => router.push(`/runs/${encodeURIComponent(runId)}`),
    }),
  )
  const scripts = content.steps.filter(({ action }) => action.kind === 'script').length
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Run “${title}” now`}
      action={run.isPending || run.isSuccess ? 'Starting…' : 'Run now'}
      icon={Play}
      busy={run.isPending || run.isSuccess}
      onConfirm={() => run.mutate({ lab, id })}
    >
      <p>
        Its links carry what the steps make of them. Afterwards, or when you cancel, every WANulator is set good again
        and read back.
      </p>
      {scripts > 0 ? (
        <p>
          {scripts} {scripts === 1 ? 'step runs commands' : 'steps run commands'} as they stand; what they change beyond
          the links, nobody puts back.
        </p>
      ) : null}
      {run.error ? <ErrorBox error={run.error} doing="Could not start it" /> : null}
    </ConfirmDialog>
  )
}

function Remove({ lab, scenario: { id, title }, open, onClose }: DialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(
    trpc.scenarios.remove.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.scenarios.list.queryKey({ lab }) })
        onClose()
      },
    }),
  )
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Remove “${title}”`}
      action={remove.isPending ? 'Removing…' : 'Remove'}
      icon={Trash2}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ lab, id })}
    >
      <p>Its runs stay in the history. Export it first if you may want it again.</p>
      {remove.error ? <ErrorBox error={remove.error} doing="Could not remove it" /> : null}
    </ConfirmDialog>
  )
}

type ExportProps = { lab: string; id: string; format: 'runner' | 'scenario'; label: string }

function Export({ lab, id, format, label }: ExportProps) {
  const client = useTRPCClient()
  const exported = useMutation({
    mutationFn: () => client.scenarios.export.query({ lab, id, format }),
    onSuccess: ({ name, text }) => saveText(name, text),
  })
  return (
    <>
      <Button size="small" kind="ghost" disabled={exported.isPending} onClick={() => exported.mutate()}>
        <Download aria-hidden /> {label}
      </Button>
      {exported.error ? <ErrorBox error={exported.error} doing="Could not export it" className="basis-full" /> : null}
    </>
  )
}
