'use client'
import { useQueries } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { Span } from '@/app/components/timeline/model'
import { probeClockOffset } from '@/app/lib/run/clocks'
import { type Tracks, tracksOf } from '@/app/lib/run/tracks'
import { useTRPC } from '@/app/lib/trpc'
import type { RunDetail } from '@/server/domain/detail'
import type { AnyPublicLab } from '@/server/domain/views'

const NOTHING = new Map()

/** For a zoomed report, the stored samples of that stretch; the picture moves at once, the detail follows. */
export function useViewWindow(detail: RunDetail, tracks: Tracks, lab: AnyPublicLab | null, view: Span | null): Tracks {
  const trpc = useTRPC()
  const [asked, setAsked] = useState<Span | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(view), view ? 150 : 0)
    return () => clearTimeout(timer)
  }, [view])
  const active = asked !== null && detail.summary.phase === 'ended'
  const groups = useMemo(() => byClock([...tracks.probes.keys()], detail, lab), [tracks.probes, detail, lab])
  const margin = asked ? (asked.toMs - asked.fromMs) * 0.5 : 0
  const windows = useQueries({
    queries: groups.map(({ offsetMs, streams }) => ({
      ...trpc.runs.window.queryOptions({
        id: detail.summary.id,
        fromMs: (asked?.fromMs ?? 0) - margin + offsetMs,
        toMs: (asked?.toMs ?? 0) + margin + offsetMs,
        streams,
      }),
      enabled: active,
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (results) => results.flatMap((r) => (r.data ? [r.data] : [])),
  })
  return useMemo(() => {
    if (!active || windows.length < groups.length || groups.length === 0) return tracks
    const probes = new Map(windows.flatMap((w) => [...tracksOf(w, NOTHING).probes]))
    return { ...tracks, probes }
  }, [active, windows, groups.length, tracks])
}

/** One question per clock: a window is asked for in the stream's own time. */
function byClock(streams: string[], detail: RunDetail, lab: AnyPublicLab | null) {
  const groups = new Map<number, string[]>()
  for (const stream of streams) {
    const offsetMs = probeClockOffset(stream, detail, lab)
    groups.set(offsetMs, [...(groups.get(offsetMs) ?? []), stream])
  }
  return [...groups].map(([offsetMs, group]) => ({ offsetMs, streams: group.sort() }))
}
