'use client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { AlarmClock, Download, RotateCcw, Share2, Square } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { CopyButton } from '@/app/components/ui/copy-button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { MenuButton } from '@/app/components/ui/menu-button'
import { useTRPC } from '@/app/lib/trpc'
import type { RunDetail } from '@/server/domain/detail'
import { SCENARIO_CASE } from '@/server/domain/scenario'

// Read after the page is there: nobody opens them before.
const RunDialog = dynamic(() => import('@/app/components/lab/run-dialog').then((m) => m.RunDialog), { ssr: false })
const ExportMenu = dynamic(() => import('./export-menu').then((m) => m.ExportMenu), {
  ssr: false,
  loading: () => <MenuButton trigger="Export" icon={Download} disabled className="disabled:opacity-100" />,
})

type Props = { detail: RunDetail; streams: string[] }

export function RunActions({ detail, streams }: Props) {
  const { summary, captures } = detail
  const ended = summary.phase === 'ended'
  const pcaps = captures.flatMap(({ file }) => file?.name ?? [])
  return (
    <>
      {ended ? <Again detail={detail} /> : <Cancel id={summary.id} restoring={summary.phase === 'restoring'} />}
      <CopyButton text={() => window.location.href} label="Share" icon={Share2} />
      <ExportMenu id={summary.id} streams={streams} pcaps={pcaps} />
    </>
  )
}

function Cancel({ id, restoring }: { id: string; restoring: boolean }) {
  const trpc = useTRPC()
  const cancel = useMutation(trpc.runs.cancel.mutationOptions())
  const asked = cancel.isPending || cancel.isSuccess
  return (
    <>
      <Button onClick={() => cancel.mutate({ id })} disabled={asked || restoring} className="min-w-28">
        <Square aria-hidden /> {asked || restoring ? 'Restoring…' : 'Cancel'}
      </Button>
      {cancel.error ? <ErrorBox error={cancel.error} doing="Could not cancel" className="basis-full" /> : null}
    </>
  )
}

/** A scenario is run from where its steps are shown. */
const ToScenarios = ({ lab }: { lab: string }) => (
  <Button asChild className="hover:bg-sunk">
    <Link href={`/labs/${encodeURIComponent(lab)}/scenarios`}>
      <AlarmClock aria-hidden /> Scenarios
    </Link>
  </Button>
)

const Again = ({ detail }: { detail: RunDetail }) =>
  detail.summary.case === SCENARIO_CASE ? <ToScenarios lab={detail.summary.lab} /> : <RunAgain detail={detail} />

function RunAgain({ detail: { summary } }: { detail: RunDetail }) {
  const trpc = useTRPC()
  const [open, setOpen] = useState<boolean | null>(null)
  const cases = useQuery(trpc.cases.list.queryOptions({ lab: summary.lab }))
  const view = cases.data?.find((c) => c.id === summary.case)
  return (
    <>
      <Button
        className="min-w-28"
        disabled={!view || view.blocked !== null}
        onClick={() => setOpen(true)}
        title={view?.blocked ?? undefined}
      >
        <RotateCcw aria-hidden /> Run again
      </Button>
      {view && open !== null ? (
        <RunDialog lab={summary.lab} view={view} params={summary.params} open={open} onOpenChange={setOpen} />
      ) : null}
    </>
  )
}
