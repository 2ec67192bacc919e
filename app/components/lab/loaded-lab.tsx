'use client'
import { useQuery } from '@tanstack/react-query'
import { AlarmClock, Gauge, ListChecks } from 'lucide-react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { clusterLab, wanLab } from '@/app/lib/lab/parts'
import { useTRPC } from '@/app/lib/trpc'
import type { CaseView } from '@/server/domain/case'
import type { AnyPublicLab, LabEntry, LabState, PublicLab } from '@/server/domain/views'
import { Activity } from './activity'
import { Cases } from './cases'
import { ClusterTable } from './cluster-table'
import { Failures } from './failures'
import { GroupControls } from './group-controls'
import { HostList, HostTrouble } from './hosts'
import { LabSkeleton } from './lab-skeleton'
import { ManualFailover } from './manual-failover'
import { Misbehaviour } from './misbehaviour'
import { QuarantineBanner } from './quarantine'
import { Topology } from './topology'
import { useLabLive } from './use-lab-live'
import { useSwitches } from './use-switches'
import { WanTopology } from './wan-topology'

const STATE_POLL_MS = 3000

type Entry = Extract<LabEntry, { ok: true }>

export function LoadedLab({ entry }: { entry: Entry }) {
  const trpc = useTRPC()
  const id = entry.id
  const lab = useQuery(trpc.labs.get.queryOptions({ lab: id }))
  const state = useQuery({ ...trpc.labs.state.queryOptions({ lab: id }), refetchInterval: STATE_POLL_MS })
  const cases = useQuery(trpc.cases.list.queryOptions({ lab: id }))
  if (lab.error) return <ErrorBox error={lab.error} doing="Could not read the lab" onRetry={() => lab.refetch()} />
  if (!lab.data) return <LabSkeleton />
  return <Declared entry={entry} lab={lab.data.lab} state={state} cases={cases} />
}

type Queried<T> = { data: T | undefined; error: unknown }
type Props = {
  entry: Entry
  lab: AnyPublicLab
  state: Queried<LabState>
  cases: Queried<CaseView[]>
}

function Declared({ entry, lab, state, cases }: Props) {
  const live = useLabLive(lab.id)
  const switches = useSwitches(lab, state.data)
  const [cluster, wan] = [clusterLab(lab), wanLab(lab)]
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1 className="font-semibold text-xl leading-7">{entry.title}</h1>
          {entry.notes ? <p className="max-w-prose text-muted">{entry.notes}</p> : null}
        </div>
        <div className="flex flex-wrap gap-2">
          {lab.wan ? (
            <Button asChild className="hover:bg-sunk">
              <Link href={`/labs/${encodeURIComponent(lab.id)}/scenarios`}>
                <AlarmClock aria-hidden /> Scenarios
              </Link>
            </Button>
          ) : null}
          <Button asChild className="hover:bg-sunk">
            <Link href={`/labs/${encodeURIComponent(lab.id)}/expectations`}>
              <Gauge aria-hidden /> Expectations
            </Link>
          </Button>
          <Button asChild className="hover:bg-sunk">
            <Link href={`/labs/${encodeURIComponent(lab.id)}/check`}>
              <ListChecks aria-hidden /> Check lab
            </Link>
          </Button>
        </div>
      </header>
      {state.data?.quarantine ? <QuarantineBanner lab={lab.id} quarantine={state.data.quarantine} /> : null}
      {state.error ? <ErrorBox error={state.error} doing="Could not read queue and last results" /> : null}
      {live.error ? <ErrorBox error={live.error} doing="No live status" /> : null}
      <Misbehaviour lab={lab} switches={switches} />
      <HostTrouble lab={lab} live={live.view} />
      {cluster ? <ManualFailover live={live.view} /> : null}
      <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="grid min-w-0 gap-3 xl:order-1">
          {cluster ? <Cluster lab={cluster} live={live} /> : null}
          {lab.wan ? (
            <WanTopology
              lab={{ ...lab, wan: lab.wan }}
              live={live.view}
              connection={live.connection}
              state={state.data}
            />
          ) : null}
          <Failures lab={lab} switches={switches} />
        </div>
        <div className="order-first grid min-w-0 gap-3 xl:order-2">
          <Cases lab={lab.id} cases={cases.data} error={cases.error} state={state.data} />
          <Activity
            state={state.data}
            live={live.view}
            host={cluster ? cluster.containers.host : (wan?.wan.pve.host ?? '')}
          />
          <HostList lab={lab} live={live.view} />
        </div>
      </div>
    </div>
  )
}

const Cluster = ({ lab, live }: { lab: PublicLab; live: ReturnType<typeof useLabLive> }) => (
  <>
    <Topology lab={lab} live={live.view} connection={live.connection} />
    <ClusterTable lab={lab} live={live.view} />
    <GroupControls lab={lab} live={live.view} />
  </>
)
