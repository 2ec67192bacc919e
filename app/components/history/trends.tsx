'use client'
import { useQuery } from '@tanstack/react-query'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { useTRPC } from '@/app/lib/trpc'
import type { RunFacets, RunFilter, TrendPoint } from '@/server/domain/views'
import { TrendChart } from './trend-chart'

/** A chart per case that has a headline time. */
export function Trends({ filter, facets }: { filter: RunFilter; facets: RunFacets | undefined }) {
  const trpc = useTRPC()
  const trend = useQuery({ ...trpc.runs.trend.queryOptions(filter), placeholderData: (previous) => previous })
  if (trend.error)
    return <ErrorBox error={trend.error} doing="Could not read the trend" onRetry={() => trend.refetch()} />
  if (!trend.data) return <Skeleton className="h-72" label="Loading the trend" />
  const byCase = new Map<string, TrendPoint[]>()
  for (const point of trend.data) byCase.set(point.case, [...(byCase.get(point.case) ?? []), point])
  return [...byCase].map(([id, points]) => (
    <Panel
      key={id}
      title={`${points[0]?.failoverTime.title ?? 'Time'} of ${id} ${facets?.cases.find((c) => c.id === id)?.title ?? ''}`}
      aside={
        <span className="text-muted text-xs">
          {points.length} {points.length === 1 ? 'run' : 'runs'}, error bars: where the truth lies
        </span>
      }
    >
      <TrendChart points={points} />
    </Panel>
  ))
}
