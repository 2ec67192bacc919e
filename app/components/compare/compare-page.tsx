'use client'
import { skipToken, useQuery } from '@tanstack/react-query'
import { useQueryStates } from 'nuqs'
import { useCallback, useMemo } from 'react'
import { Notice } from '@/app/components/run/notices'
import type { Span } from '@/app/components/timeline/model'
import { Button } from '@/app/components/ui/button'
import { Empty } from '@/app/components/ui/empty'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Skeleton } from '@/app/components/ui/skeleton'
import { chosenRuns, compareState, selectHref } from '@/app/lib/compare/url-state'
import { useTRPC } from '@/app/lib/trpc'
import { COMPARE_MAX, COMPARE_MIN, type Comparison } from '@/server/domain/compare'
import { AlignedTimeline } from './aligned-timeline'
import { ComparedTable } from './compared-table'
import { CriteriaMatrix } from './criteria-matrix'
import { Distribution } from './distribution'

const LIVE_MS = 3000

/** 2 to 10 runs side by side; which ones, and what is seen of them, stands in the URL. */
export function ComparePage() {
  const trpc = useTRPC()
  const [url, setUrl] = useQueryStates(compareState, { history: 'replace' })
  const { ids, over } = chosenRuns(url.runs)
  const query = useQuery({
    ...trpc.compare.runs.queryOptions(ids.length > 0 ? { ids } : skipToken),
    placeholderData: (previous) => previous,
    refetchInterval: ({ state }) => (state.data?.runs.some((r) => r.summary.phase !== 'ended') ? LIVE_MS : false),
  })
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl leading-7">Compare</h1>
        <Button asChild>
          <Link href={selectHref(ids)}>Choose runs in the history</Link>
        </Button>
      </header>
      {over > 0 ? (
        <Notice tone="unsure" title={`${ids.length + over} runs were asked for, at most ${COMPARE_MAX} are compared`}>
          <p>The first {COMPARE_MAX} are shown. Remove some, or open the others in a comparison of their own.</p>
        </Notice>
      ) : null}
      {query.error ? (
        <ErrorBox error={query.error} doing="Could not read the runs" onRetry={() => query.refetch()} />
      ) : null}
      {ids.length < COMPARE_MIN ? <TooFew one={ids.length === 1} /> : null}
      {query.isPending && ids.length > 0 && !query.error ? (
        <Skeleton className="h-[36rem]" label="Loading the runs" />
      ) : null}
      {query.data && ids.length > 0 ? (
        <Compared
          comparison={query.data}
          nowMs={query.dataUpdatedAt}
          url={url}
          onUrl={setUrl}
          onRemove={(id) => void setUrl({ runs: url.runs.filter((other) => other !== id) })}
        />
      ) : null}
    </div>
  )
}

const TooFew = ({ one }: { one: boolean }) => (
  <Empty title={one ? 'One run is not a comparison yet' : 'No runs to compare'}>
    <p>
      Tick {COMPARE_MIN} to {COMPARE_MAX} runs in the history and press Compare there. The link of the comparison then
      holds them: /compare?runs=id1,id2
    </p>
  </Empty>
)

type Url = { ref: string | null; from: number | null; to: number | null }
type ComparedProps = {
  comparison: Comparison
  nowMs: number
  url: Url
  onUrl: (change: Partial<Url>) => unknown
  onRemove: (id: string) => void
}

function Compared({ comparison: { runs, missing, groups }, nowMs, url, onUrl, onRemove }: ComparedProps) {
  const view = useMemo<Span | null>(
    () => (url.from !== null && url.to !== null && url.to > url.from ? { fromMs: url.from, toMs: url.to } : null),
    [url.from, url.to],
  )
  const onView = useCallback(
    (next: Span | null) => void onUrl({ from: next && Math.round(next.fromMs), to: next && Math.round(next.toMs) }),
    [onUrl],
  )
  const reference = runs.find(({ summary }) => summary.id === url.ref) ?? runs[0]
  return (
    <>
      {missing.length > 0 ? (
        <Notice tone="unsure" title={`Not in the history: ${missing.join(', ')}`}>
          <p>{runs.length > 0 ? 'The others are compared.' : ''} Check the link, or look the runs up in the history.</p>
        </Notice>
      ) : null}
      {reference ? (
        <>
          <ComparedTable
            runs={runs}
            referenceId={reference.summary.id}
            onReference={(ref) => void onUrl({ ref })}
            onRemove={onRemove}
          />
          <AlignedTimeline runs={runs} nowMs={nowMs} view={view} onView={onView} />
          <CriteriaMatrix runs={runs} />
          <Distribution runs={runs} groups={groups} />
        </>
      ) : null}
    </>
  )
}
