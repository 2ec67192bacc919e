'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect } from 'react'
import { useTRPC, useTRPCClient } from '@/app/lib/trpc'

type Ask = { id: string; commandId: string | null; search: string; live: boolean }

const PAGE = 500
const POLL_MS = 1000

/** Output page by page; while the run goes on, what is new is asked for by cursor, so that nothing comes twice. */
export function useOutput({ id, commandId, search, live }: Ask) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const wanted = useDeferredValue(search)
  const input = { id, commandId: commandId ?? undefined, search: wanted || undefined, limit: PAGE }
  const query = useInfiniteQuery({
    queryKey: [...trpc.runs.output.queryKey(input), 'pages'],
    queryFn: ({ pageParam }) => client.runs.output.query({ ...input, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page, pages) => page.next ?? (live ? lastCursor(pages) : null),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { hasNextPage, isFetching, fetchNextPage } = query
  const pages = query.data?.pages
  const caughtUp = pages?.at(-1)?.next === null
  useEffect(() => {
    if (!live || !caughtUp || !hasNextPage) return
    const timer = setInterval(() => {
      if (!document.hidden && !isFetching) void fetchNextPage()
    }, POLL_MS)
    return () => clearInterval(timer)
  }, [live, caughtUp, hasNextPage, isFetching, fetchNextPage])

  return {
    pieces: pages?.flatMap((page) => page.pieces) ?? NONE,
    loading: query.isPending,
    error: query.error,
    more: pages?.at(-1)?.next != null,
    loadMore: () => {
      if (!isFetching) void fetchNextPage()
    },
    retry: () => void query.refetch(),
  }
}

const NONE: never[] = []

const lastCursor = (pages: { pieces: { cursor: string }[] }[]): string | null =>
  pages.findLast((page) => page.pieces.length > 0)?.pieces.at(-1)?.cursor ?? null
