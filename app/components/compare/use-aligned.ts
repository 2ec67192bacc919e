'use client'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Aligned, align } from '@/app/lib/compare/align'
import { noTracks, tracksOf } from '@/app/lib/run/tracks'
import { useTRPC } from '@/app/lib/trpc'
import type { RunDetail } from '@/server/domain/detail'
import type { AnyPublicLab, RunWindow } from '@/server/domain/views'

/** Lanes need the ends of each stream only; outages come from the report. */
const MAX_POINTS = 200
const NOTHING = new Map()

/** The streams that lanes are drawn from; all of them while there is no report that names the probes. */
function streamsOf({ report, stateChanges }: RunDetail): string[] | undefined {
  if (!report) return undefined
  const nodes = new Set(stateChanges.map(({ node }) => `poll:${node}`))
  return [...report.probes.map(({ stream }) => stream), ...nodes]
}

const answers = (results: { data?: RunWindow; error: unknown }[]) => ({
  windows: results.map((r) => r.data ?? null),
  error: results.find((r) => r.error && !r.data)?.error ?? null,
})
const labsOf = (results: { data?: { lab: AnyPublicLab }; error: unknown }[]) => ({
  labs: results.flatMap((r) => r.data?.lab ?? []),
  settled: results.every((r) => r.data || r.error),
})

type Found = { aligned: Aligned /** Labs that are asked for and not there. */; gone: string[]; error: unknown }

/** The runs on one axis; lanes are there at once, the ends of the probes follow with the samples. */
export function useAligned(runs: RunDetail[], nowMs: number): Found {
  const trpc = useTRPC()
  const labIds = [...new Set(runs.map(({ summary }) => summary.lab))].join()
  const { labs, settled } = useQueries({
    queries: labIds.split(',').map((lab) => trpc.labs.get.queryOptions({ lab })),
    combine: labsOf,
  })
  const { windows, error } = useQueries({
    queries: runs.map((run) => ({
      ...trpc.runs.window.queryOptions({ id: run.summary.id, streams: streamsOf(run), maxPoints: MAX_POINTS }),
      staleTime: run.summary.phase === 'ended' ? Number.POSITIVE_INFINITY : 0,
    })),
    combine: answers,
  })
  const aligned = useMemo(
    () =>
      align(
        runs.map((detail, i) => {
          const window = windows[i]
          const tracks = window ? tracksOf(window, NOTHING) : noTracks()
          const lab = labs.find(({ id }) => id === detail.summary.lab) ?? null
          return { detail, tracks, lab, nowMs: detail.summary.phase === 'ended' ? 0 : nowMs }
        }),
      ),
    [runs, windows, labs, nowMs],
  )
  const known = labs.map(({ id }) => id).join()
  const gone = useMemo(
    () => (settled ? labIds.split(',').filter((id) => !known.split(',').includes(id)) : []),
    [settled, labIds, known],
  )
  return { aligned, gone, error }
}
