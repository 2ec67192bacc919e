'use client'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import type { AnyPublicLab } from '@/server/domain/views'
import type { Switches } from './use-switches'

/** A switch that was forgotten would look like a broken cluster: as long as one is on, the page says so. */
export function Misbehaviour({ lab, switches }: { lab: AnyPublicLab; switches: Switches }) {
  const { list, set, isBusy } = switches
  const on = list.data?.filter(({ state }) => state === 'on' || state === 'partly') ?? []
  if (on.length === 0) return null
  const turning = set.isPending ? set.variables.id : null
  return (
    <section
      role="status"
      className="grid gap-2 rounded border border-unsure bg-unsure-soft px-3 py-2"
      data-testid="misbehaviour"
    >
      <p className="font-semibold">
        <span aria-hidden>? </span>This lab misbehaves on purpose: {on.map(({ id }) => id).join(', ')}{' '}
        {on.length > 1 ? 'are' : 'is'} on
      </p>
      <ul className="grid gap-2">
        {on.map(({ id, title, state }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Button
              size="small"
              disabled={isBusy || set.isPending}
              onClick={() => set.mutate({ lab: lab.id, id, on: false })}
              aria-label={`Turn off ${id}`}
              className="min-w-24"
            >
              {turning === id ? 'Turning off…' : 'Turn off'}
            </Button>
            <span>
              {title}
              {state === 'partly' ? ' (on at some of its places only)' : ''}
            </span>
          </li>
        ))}
      </ul>
      {isBusy ? <p>A run goes on or waits here; it can be turned off afterwards.</p> : null}
      {set.error && !set.variables.on ? <ErrorBox error={set.error} doing="Could not turn it off" /> : null}
    </section>
  )
}
