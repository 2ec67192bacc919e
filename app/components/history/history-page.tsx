'use client'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useQueryState, useQueryStates } from 'nuqs'
import { Button } from '@/app/components/ui/button'
import { Empty } from '@/app/components/ui/empty'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { chosenRuns, SELECT_KEY, selectState } from '@/app/lib/compare/url-state'
import { useTRPC } from '@/app/lib/trpc'
import { COMPARE_MAX } from '@/server/domain/compare'
import { CompareBar } from './compare-bar'
import { FilterBar } from './filter-bar'
import { historyState, isFiltered, NO_FILTER, runFilter } from './filters'
import { RunsTable } from './runs-table'
import { Trends } from './trends'

export function HistoryPage() {
  const trpc = useTRPC()
  const [state, setState] = useQueryStates(historyState, { history: 'push' })
  const [asked, setSelected] = useQueryState(SELECT_KEY, selectState)
  const selected = chosenRuns(asked).ids
  const onSelect = (id: string, on: boolean) =>
    void setSelected(on ? [...selected, id] : selected.filter((other) => other !== id))
  const filter = runFilter(state)
  const facets = useQuery(trpc.runs.facets.queryOptions())
  const pages = useInfiniteQuery({
    ...trpc.runs.list.infiniteQueryOptions({ ...filter, limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
    placeholderData: (previous) => previous,
  })
  const runs = pages.data?.pages.flatMap((page) => page.runs)
  return (
    <div className="grid gap-3">
      <h1 className="font-semibold text-xl leading-7">History</h1>
      <FilterBar state={state} onChange={(change) => void setState(change)} />
      <Trends filter={filter} facets={facets.data} />
      <Panel title="Runs" bodyClassName="p-0" aside={<span className="text-muted text-xs">newest first</span>}>
        {pages.error ? (
          <ErrorBox
            error={pages.error}
            doing="Could not read the history"
            onRetry={() => pages.refetch()}
            className="m-3"
          />
        ) : null}
        {pages.isPending ? <Skeleton className="m-3 h-96" label="Loading the runs" /> : null}
        {runs && runs.length > 0 ? (
          <>
            <CompareBar selected={selected} onClear={() => void setSelected(null)} />
            <RunsTable runs={runs} selected={selected} full={selected.length >= COMPARE_MAX} onSelect={onSelect} />
          </>
        ) : null}
        {runs?.length === 0 ? <Nothing filtered={isFiltered(state)} onClear={() => void setState(NO_FILTER)} /> : null}
        {pages.hasNextPage ? (
          <div className="border-t p-2 text-center">
            <Button onClick={() => pages.fetchNextPage()} disabled={pages.isFetchingNextPage} className="min-w-32">
              {pages.isFetchingNextPage ? 'Loading…' : 'Older runs'}
            </Button>
          </div>
        ) : null}
      </Panel>
    </div>
  )
}

const Nothing = ({ filtered, onClear }: { filtered: boolean; onClear: () => void }) =>
  filtered ? (
    <Empty title="No run matches these filters">
      <Button onClick={onClear}>Clear filters</Button>
    </Empty>
  ) : (
    <Empty title="No run yet">
      <p>Every run stays here with its verdict, its numbers and its raw output.</p>
      <Link href="/" className="link">
        Open the lab and run TC-3
      </Link>
    </Empty>
  )
