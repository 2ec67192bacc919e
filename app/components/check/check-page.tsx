'use client'
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { LabHeading } from '@/app/components/lab/lab-heading'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Skeleton } from '@/app/components/ui/skeleton'
import { ALONE, useTRPC } from '@/app/lib/trpc'
import { CheckProgressRow } from './check-progress'
import { CheckResult } from './check-result'

/** Everything that a run needs, looked at when the page opens and on request. */
export function CheckPage({ lab }: { lab: string }) {
  const trpc = useTRPC()
  const declared = useQuery(trpc.labs.get.queryOptions({ lab })).data?.lab
  const check = useQuery({
    ...trpc.labs.check.queryOptions({ lab }, ALONE),
    // Connecting to everything is done when asked for, not when a window comes to the front.
    ...{ staleTime: Number.POSITIVE_INFINITY, retry: false, refetchOnReconnect: false },
  })
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <LabHeading lab={lab} labTitle={declared?.title ?? null} heading="Check lab">
          Holds what the lab file declares against what is there, and looks at everything that a run needs. It changes
          nothing.
        </LabHeading>
        <Button onClick={() => check.refetch()} disabled={check.isFetching} className="min-w-36">
          <RefreshCw aria-hidden /> {check.isFetching ? 'Checking…' : 'Check again'}
        </Button>
      </header>
      <CheckProgressRow lab={lab} going={check.isFetching} endedMs={check.data?.endMs} tookMs={tookMs(check.data)} />
      {check.error && !check.isFetching ? (
        <ErrorBox error={check.error} doing="Could not check the lab" onRetry={() => check.refetch()} />
      ) : null}
      {check.isPending && check.isFetching ? <Skeleton className="h-96" label="Checking the lab" /> : null}
      {check.data ? <CheckResult check={check.data} lab={declared} stale={check.isFetching} /> : null}
    </div>
  )
}

const tookMs = (check: { startMs: number; endMs: number } | undefined) => (check ? check.endMs - check.startMs : 0)
