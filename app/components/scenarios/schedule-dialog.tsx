'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarClock } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { Dialog } from '@/app/components/ui/dialog'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, Input } from '@/app/components/ui/field'
import { whenLong } from '@/app/lib/format'
import { localInput, timeProblem } from '@/app/lib/scenarios/words'
import { useTRPC } from '@/app/lib/trpc'

type Props = { lab: string; id: string; title: string; open: boolean; onOpenChange: (open: boolean) => void }

const TEN_MINUTES_MS = 600_000
const MINUTE_MS = 60_000

/** A wall-clock time in the reader's own zone, for the first steps of a scenario. */
export function ScheduleDialog({ open, onOpenChange, title, ...rest }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Schedule “${title}”`}
      description="Its steps begin at that time, also when no browser is open. The run itself begins a minute earlier, to have everything ready."
    >
      {open ? <ScheduleForm onDone={() => onOpenChange(false)} {...rest} /> : null}
    </Dialog>
  )
}

function ScheduleForm({ lab, id, onDone }: { lab: string; id: string; onDone: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const fieldId = useId()
  const [value, setValue] = useState(() => localInput(Math.ceil((Date.now() + TEN_MINUTES_MS) / MINUTE_MS) * MINUTE_MS))
  const schedule = useMutation(
    trpc.scenarios.schedule.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.scenarios.list.queryKey({ lab }) })
        onDone()
      },
    }),
  )
  const atMs = new Date(value).getTime()
  const problem = timeProblem(value)
  return (
    <form
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (problem === null) schedule.mutate({ lab, id, atMs })
      }}
    >
      <Field
        label="Start"
        htmlFor={fieldId}
        hint={problem === null ? whenLong(atMs) : undefined}
        error={problem ?? undefined}
      >
        <Input
          id={fieldId}
          type="datetime-local"
          step={1}
          value={value}
          aria-invalid={problem !== null}
          onChange={(event) => setValue(event.target.value)}
        />
      </Field>
      <p className="text-muted">
        A start that is missed, since the dashboard was down or the lab was busy, is told in the schedule and not run
        late.
      </p>
      {schedule.error ? <ErrorBox error={schedule.error} doing="Could not schedule it" /> : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>Not now</Button>
        <Button kind="solid" type="submit" disabled={problem !== null || schedule.isPending}>
          <CalendarClock aria-hidden /> {schedule.isPending ? 'Scheduling…' : 'Schedule it'}
        </Button>
      </div>
    </form>
  )
}
