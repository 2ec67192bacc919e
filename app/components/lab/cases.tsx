'use client'
import { Play, Terminal } from 'lucide-react'
import { useState } from 'react'
import { Badge } from '@/app/components/ui/badge'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { limit, measurement, when } from '@/app/lib/format'
import { effectOf } from '@/app/lib/lab/case-words'
import { runBadge } from '@/app/lib/run/words'
import type { CaseView } from '@/server/domain/case'
import type { RunSummary } from '@/server/domain/run'
import type { LabState } from '@/server/domain/views'
import { PlanDialog } from './plan-dialog'
import { RunDialog } from './run-dialog'

type Props = { lab: string; cases: CaseView[] | undefined; error: unknown; state: LabState | undefined }

export function Cases({ lab, cases, error, state }: Props) {
  return (
    <Panel title="Test cases" bodyClassName="p-0">
      {error ? <ErrorBox error={error} doing="Could not read the test cases" className="m-3" /> : null}
      {cases || error ? null : <Skeleton className="m-3 h-64" label="Loading the test cases" />}
      <ul className="divide-y">
        {cases?.map((view) => (
          <Case
            key={view.id}
            lab={lab}
            view={view}
            last={state?.lastResults[view.id]}
            quarantined={state?.quarantine != null}
          />
        ))}
      </ul>
    </Panel>
  )
}

/** Why a case cannot run now; null when it can. */
export const blockedBecause = (view: CaseView, quarantined: boolean): string | null =>
  quarantined ? 'The lab is in quarantine: restore it or mark it clean first.' : view.blocked

type CaseProps = { lab: string; view: CaseView; last: RunSummary | undefined; quarantined: boolean }

function Case({ lab, view, last, quarantined }: CaseProps) {
  const [open, setOpen] = useState<'run' | 'plan' | null>(null)
  const blocked = blockedBecause(view, quarantined)
  const effect = effectOf(view)
  return (
    <li className="grid gap-2 px-3 py-3" data-case={view.id}>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h3 className="font-semibold">
            {view.id} {view.title}
          </h3>
          <p className="text-muted text-xs">
            {view.criteria.length} criteria
            {view.headline ? ` · ${view.headline.title} limit ${limit(view.headline.limitMs)}` : ''}
            {effect ? ` · ${effect}` : ''}
          </p>
          <LastResult last={last} />
        </div>
        <div className="grid shrink-0 justify-items-end gap-1">
          <Button kind="solid" disabled={blocked !== null} onClick={() => setOpen('run')} aria-label={`Run ${view.id}`}>
            <Play aria-hidden /> Run
          </Button>
          <Button size="small" kind="ghost" onClick={() => setOpen('plan')} aria-label={`Show commands of ${view.id}`}>
            <Terminal aria-hidden /> Show commands
          </Button>
        </div>
      </div>
      {blocked ? <p className="text-xs">{blocked}</p> : null}
      <RunDialog lab={lab} view={view} open={open === 'run'} onOpenChange={(is) => setOpen(is ? 'run' : null)} />
      <PlanDialog lab={lab} view={view} open={open === 'plan'} onOpenChange={(is) => setOpen(is ? 'plan' : null)} />
    </li>
  )
}

/** Verdict, headline time and date of the newest run on this lab, with its link. */
export function LastResult({ last }: { last: RunSummary | undefined }) {
  if (!last) return <span className="text-muted text-xs leading-6">never run here</span>
  const { tone, text } = runBadge(last)
  return (
    <Link
      href={`/runs/${encodeURIComponent(last.id)}`}
      className="flex flex-wrap items-center gap-x-2 text-xs leading-6"
    >
      <Badge tone={tone}>{text}</Badge>
      {last.failoverTime ? (
        <span>
          {last.failoverTime.title} {measurement(last.failoverTime)}
        </span>
      ) : null}
      <span className="link text-muted">{when(last.startedAt ?? last.createdAt)}</span>
    </Link>
  )
}
