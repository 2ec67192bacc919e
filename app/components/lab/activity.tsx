'use client'
import { useEffect, useState } from 'react'
import { Badge } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { elapsed } from '@/app/lib/format'
import type { LabView } from '@/app/lib/lab/live-view'
import { runBadge } from '@/app/lib/run/words'
import type { LeaseInfo } from '@/server/domain/ports'
import type { LabState } from '@/server/domain/views'

/** What runs here, what waits, and who holds the lease. */
const NO_LEASE = {
  ok: 'none: nobody changes this lab',
  failed: 'unknown: its host does not answer',
  waiting: 'asking…',
}

type Props = { state: LabState | undefined; live: LabView | null /** The host that the lease lies on. */; host: string }

export function Activity({ state, live, host }: Props) {
  const asked = live?.hosts.find((h) => h.id === host)?.state
  return (
    <Panel title="Now" bodyClassName="grid gap-2">
      {state && state.queue.length === 0 ? <p className="text-muted">Nothing runs here.</p> : null}
      <ol className="grid gap-1">
        {state?.queue.map((run) => {
          const { tone, text } = runBadge(run)
          return (
            <li key={run.id} className="flex flex-wrap items-center gap-2">
              <Badge tone={tone}>{text}</Badge>
              <Link className="link" href={`/runs/${encodeURIComponent(run.id)}`}>
                {run.case} {run.caseTitle}
              </Link>
              {run.behind ? <span className="text-muted text-xs">behind {run.behind}</span> : null}
            </li>
          )
        })}
      </ol>
      <p className="border-t pt-2 text-xs">
        <span className="text-muted">Lease </span>
        {live?.lease ? <LeaseText lease={live.lease} /> : NO_LEASE[asked ?? 'waiting']}
      </p>
    </Panel>
  )
}

function LeaseText({ lease }: { lease: LeaseInfo }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const left = lease.deadlineMs - now
  return (
    <>
      held by {lease.owner} for run {lease.runId};{' '}
      {left > 0
        ? `the lab reverts by itself in ${elapsed(left)} unless renewed`
        : 'its deadline has passed, the lab reverts'}
    </>
  )
}
