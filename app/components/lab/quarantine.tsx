'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { Dialog } from '@/app/components/ui/dialog'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Field, Input } from '@/app/components/ui/field'
import { Link } from '@/app/components/ui/link'
import { when } from '@/app/lib/format'
import { useTRPC } from '@/app/lib/trpc'
import type { Quarantine } from '@/server/domain/ports'

/** The lab was left different from before; no run starts until an engineer decides. */
export function QuarantineBanner({ lab, quarantine }: { lab: string; quarantine: Quarantine }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState(false)
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: trpc.labs.state.queryKey({ lab }) })
  const restore = useMutation(trpc.labs.restore.mutationOptions({ onSuccess }))
  return (
    <section
      role="alert"
      className="grid gap-2 rounded border border-fail bg-fail-soft px-3 py-2"
      data-testid="quarantine"
    >
      <p className="font-semibold text-fail">
        <span aria-hidden>✕ </span>In quarantine: {quarantine.reason}
      </p>
      <p>
        Since {when(quarantine.sinceMs)}, by{' '}
        <Link href={`/runs/${encodeURIComponent(quarantine.runId)}`} className="link">
          run {quarantine.runId}
        </Link>
        . No run starts here until the lab is restored or marked clean.
      </p>
      <ul className="break-all font-mono text-xs">
        {quarantine.differences.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button kind="solid" disabled={restore.isPending} onClick={() => restore.mutate({ lab })} className="min-w-24">
          {restore.isPending ? 'Restoring…' : 'Restore'}
        </Button>
        <Button onClick={() => setAsking(true)}>Mark clean</Button>
      </div>
      {restore.error ? <ErrorBox error={restore.error} doing="Could not restore" /> : null}
      <MarkClean lab={lab} open={asking} onOpenChange={setAsking} onDone={onSuccess} />
    </section>
  )
}

type MarkProps = { lab: string; open: boolean; onOpenChange: (open: boolean) => void; onDone: () => void }

function MarkClean({ lab, open, onOpenChange, onDone }: MarkProps) {
  const trpc = useTRPC()
  const [note, setNote] = useState('')
  const noteId = useId()
  const mark = useMutation(
    trpc.labs.markClean.mutationOptions({
      onSuccess: () => {
        onOpenChange(false)
        onDone()
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    mark.mutate({ lab, note })
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Mark clean"
      description="You have looked: the differences are meant, or already mended. Runs may start again."
    >
      <form onSubmit={submit} className="grid gap-4">
        <Field label="Why it is clean" htmlFor={noteId} hint="Kept with the lab.">
          <Input id={noteId} value={note} required maxLength={1000} onChange={(event) => setNote(event.target.value)} />
        </Field>
        {mark.error ? <ErrorBox error={mark.error} doing="Could not mark it clean" /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Not now</Button>
          <Button kind="solid" type="submit" disabled={mark.isPending || note.trim() === ''}>
            Mark clean
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
