'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Badge } from '@/app/components/ui/badge'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { when, whenLong } from '@/app/lib/format'
import { runBadge } from '@/app/lib/run/words'
import { SCHEDULE } from '@/app/lib/scenarios/words'
import { useTRPC } from '@/app/lib/trpc'
import type { ScheduleView } from '@/server/domain/scenario-views'

/** What is to run when, and what became of what was. */
export function Schedules({ lab, schedules }: { lab: string; schedules: readonly ScheduleView[] }) {
  const waiting = schedules.filter(({ state }) => state === 'waiting').toSorted((a, b) => a.atMs - b.atMs)
  const past = schedules.filter(({ state }) => state !== 'waiting')
  return (
    <Panel title="Schedule" bodyClassName="p-0">
      {schedules.length === 0 ? (
        <p className="px-3 py-2 text-muted">Nothing is scheduled. “Schedule” begins a scenario at a time of day.</p>
      ) : (
        <ul className="divide-y">
          {[...waiting, ...past].map((schedule) => (
            <Row key={schedule.id} lab={lab} schedule={schedule} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Row({ lab, schedule }: { lab: string; schedule: ScheduleView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const cancel = useMutation(
    trpc.scenarios.cancel.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.scenarios.list.queryKey({ lab }) }),
    }),
  )
  const { id, title, atMs, state, runId, run } = schedule
  const { tone, text } = run ? runBadge(run) : SCHEDULE[state]
  // A run that went to its end says the rest itself.
  const message = schedule.message ?? (run?.ending === 'completed' ? null : run?.message)
  return (
    <li className="grid gap-1 px-3 py-2" data-schedule={state}>
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2">
        <span className="flex min-w-0 flex-wrap items-center gap-x-2">
          <Badge tone={tone}>{text}</Badge>
          <time dateTime={new Date(atMs).toISOString()} title={whenLong(atMs)} className="font-semibold">
            {when(atMs)}
          </time>
          <span className="min-w-0 break-words">{title}</span>
        </span>
        {state === 'waiting' ? (
          <Button
            size="small"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate({ lab, id })}
            aria-label={`Cancel: ${title} at ${when(atMs)}`}
          >
            Cancel
          </Button>
        ) : runId ? (
          <Link className="link text-xs" href={`/runs/${encodeURIComponent(runId)}`}>
            its run
          </Link>
        ) : null}
      </div>
      {message ? <p className="text-muted text-xs">{message}</p> : null}
      {cancel.error ? <ErrorBox error={cancel.error} doing="Could not cancel it" /> : null}
    </li>
  )
}
