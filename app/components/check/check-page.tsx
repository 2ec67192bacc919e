'use client'
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
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
        <div className="min-w-0">
          <p className="text-muted text-xs">
            <Link className="link" href={`/labs/${encodeURIComponent(lab)}`}>
              {declared?.title ?? lab}
            </Link>
          </p>
          <h1 className="font-semibold text-xl leading-7">Check lab</h1>
          <p className="max-w-prose text-muted">
            Holds what the lab file declares against what is there, and looks at everything that a run needs. It changes
            nothing.
          </p>
        </div>
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
