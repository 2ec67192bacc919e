'use client'
import { useQuery } from '@tanstack/react-query'
import { Plus, Server } from 'lucide-react'
import { useState } from 'react'
import { LabHeading } from '@/app/components/lab/lab-heading'
import { Button } from '@/app/components/ui/button'
import { Empty } from '@/app/components/ui/empty'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { useTRPC } from '@/app/lib/trpc'
import { ImportPanel } from './import-panel'
import { ScenarioCard } from './scenario-card'
import { Schedules } from './schedules'

const POLL_MS = 5000

/** Timed scenarios of one lab: what there is, what runs when, and the way in. */
export function ScenariosPage({ lab }: { lab: string }) {
  const trpc = useTRPC()
  const declared = useQuery(trpc.labs.get.queryOptions({ lab })).data?.lab
  const state = useQuery(trpc.labs.state.queryOptions({ lab })).data
  const list = useQuery({ ...trpc.scenarios.list.queryOptions({ lab }), refetchInterval: POLL_MS })
  const [isImporting, setImporting] = useState(false)
  const scenarios = list.data?.scenarios
  const blocked = state?.quarantine
    ? 'The lab is in quarantine: restore it or mark it clean first.'
    : declared && !declared.allowDestructive
      ? `Scenarios degrade links and run commands. Set "allowDestructive: true" in the lab file of ${declared.title} to allow it.`
      : null
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <LabHeading lab={lab} labTitle={declared?.title ?? null} heading="Scenarios">
          Steps at relative times on several hosts, started together. A scenario is a run like any other: under the
          lab’s lock, with every link good again afterwards.
        </LabHeading>
        <div className="flex flex-wrap gap-2">
          <Button asChild className="hover:bg-sunk">
            <Link href="/hosts">
              <Server aria-hidden /> Hosts from ssh_config
            </Link>
          </Button>
          <Button kind="solid" disabled={isImporting || !scenarios} onClick={() => setImporting(true)}>
            <Plus aria-hidden /> Import
          </Button>
        </div>
      </header>
      {list.error ? (
        <ErrorBox error={list.error} doing="Could not read the scenarios" onRetry={() => list.refetch()} />
      ) : null}
      {isImporting ? <ImportPanel lab={lab} onDone={() => setImporting(false)} /> : null}
      {list.data || list.error ? null : <Skeleton className="h-64" label="Reading the scenarios" />}
      {scenarios ? (
        <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_26rem]">
          <Panel title="Scenarios of this lab" bodyClassName="p-0">
            {scenarios.length === 0 ? (
              <Empty title="No scenario yet">
                <p>
                  Import the YAML of your runner: known commands become steps, the rest stays as it is. Nothing is run
                  by it.
                </p>
                {isImporting ? null : <Button onClick={() => setImporting(true)}>Import a scenario</Button>}
              </Empty>
            ) : (
              <ul className="divide-y">
                {scenarios.map((scenario) => (
                  <ScenarioCard key={scenario.id} lab={lab} scenario={scenario} blocked={blocked} />
                ))}
              </ul>
            )}
          </Panel>
          <Schedules lab={lab} schedules={list.data?.schedules ?? []} />
        </div>
      ) : null}
    </div>
  )
}
