'use client'
import { useQuery } from '@tanstack/react-query'
import { ArrowRightLeft, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { clusterView, type LabView, manualFlags, primariesOf } from '@/app/lib/lab/live-view'
import { useTRPC } from '@/app/lib/trpc'
import type { CaseView } from '@/server/domain/case'
import type { PublicLab } from '@/server/domain/views'
import { RunDialog } from './run-dialog'

type Chosen = { view: CaseView; params: Record<string, unknown> }

/** Moves a redundancy group by hand, or resets that: each a recorded run of its own. */
export function GroupControls({ lab, live }: { lab: PublicLab; live: LabView | null }) {
  const trpc = useTRPC()
  const operations = useQuery(trpc.cases.operations.queryOptions({ lab: lab.id }))
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [open, setOpen] = useState(false)
  const seen = clusterView(live?.nodes ?? [])
  const flagged = manualFlags(seen)
  const operation = (id: string) => operations.data?.find((view) => view.id === id)
  const blocked = operations.data?.find((view) => view.blocked !== null)?.blocked ?? null
  const choose = (id: string, params: Record<string, unknown>) => {
    const view = operation(id)
    if (!view) return
    setChosen({ view, params })
    setOpen(true)
  }
  return (
    <Panel title="Manual failover" bodyClassName="p-0">
      {operations.error ? (
        <ErrorBox error={operations.error} doing="Could not read the operations" className="m-3" />
      ) : null}
      {operations.data || operations.error ? null : <Skeleton className="m-3 h-28" />}
      {blocked ? <p className="px-3 py-2 text-xs">{blocked}</p> : null}
      <ul className="divide-y">
        {operations.data
          ? lab.cluster.redundancyGroups.map(({ id, title }) => {
              const primaries = primariesOf(seen, id)
              const others = lab.cluster.nodes.map(({ name }) => name).filter((name) => !primaries.includes(name))
              const isManual = flagged.includes(id)
              return (
                <li key={id} className="flex flex-wrap items-center justify-between gap-2 px-3 py-2" data-group={id}>
                  <span className="min-w-0">
                    RG{id} <span className="text-muted">{title}</span>{' '}
                    <span className="text-muted">
                      {live ? `on ${primaries.join(' and ') || 'no node'}` : 'not read yet'}
                    </span>
                    {isManual ? <span className="font-semibold text-unsure"> ? manual flag set</span> : null}
                  </span>
                  <span className="flex flex-wrap gap-2">
                    {primaries.length === 1
                      ? others.map((node) => (
                          <Button
                            key={node}
                            size="small"
                            disabled={blocked !== null}
                            onClick={() => choose('manual-failover', { redundancyGroup: id, node })}
                            aria-label={`Move to ${node}: RG${id}`}
                          >
                            <ArrowRightLeft aria-hidden /> Move to {node}
                          </Button>
                        ))
                      : null}
                    <Button
                      size="small"
                      disabled={blocked !== null || !isManual}
                      onClick={() => choose('manual-reset', { redundancyGroup: id })}
                      aria-label={`Reset the manual failover of RG${id}`}
                    >
                      <RotateCcw aria-hidden /> Reset
                    </Button>
                  </span>
                </li>
              )
            })
          : null}
      </ul>
      {chosen ? (
        <RunDialog
          key={JSON.stringify(chosen.params)}
          lab={lab.id}
          view={chosen.view}
          params={chosen.params}
          open={open}
          onOpenChange={setOpen}
        />
      ) : null}
    </Panel>
  )
}
