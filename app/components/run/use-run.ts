'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { LiveRun, type LiveSnapshot, type LiveSource } from '@/app/lib/run/live-run'
import { ALONE, type Client, useTRPC, useTRPCClient } from '@/app/lib/trpc'
import type { RunDetail } from '@/server/domain/detail'
import type { RunWindow } from '@/server/domain/views'

const source = (client: Client, id: string): LiveSource => ({
  follow: (after, on) => {
    const subscription = client.runs.live.subscribe(
      { id, after },
      {
        onData: ({ data }) => on.item(data),
        onConnectionStateChange: ({ state }) => on.state(state === 'pending' ? 'live' : 'connecting'),
        onError: on.error,
      },
    )
    return () => subscription.unsubscribe()
  },
  detail: () => client.runs.get.query({ id }),
  window: () => client.runs.window.query({ id }, ALONE.trpc),
})

/** A hidden tab closes its stream after this time: a short look elsewhere costs nothing. */
const HIDDEN_MS = 1000

/** A run, live while it goes on; the same store serves the report. `samples`: its stored window, where it is at hand. */
export function useLiveRun(initial: RunDetail, samples: RunWindow | null): { run: LiveRun; snapshot: LiveSnapshot } {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [run] = useState(() => new LiveRun(source(client, initial.summary.id), initial, samples))
  const snapshot = useSyncExternalStore(run.subscribe, run.snapshot, run.snapshot)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const look = () => {
      if (timer) clearTimeout(timer)
      timer = null
      if (document.hidden) timer = setTimeout(() => run.pause(), HIDDEN_MS)
      else run.start()
    }
    look()
    document.addEventListener('visibilitychange', look)
    window.addEventListener('offline', run.lost)
    window.addEventListener('online', run.found)
    return () => {
      document.removeEventListener('visibilitychange', look)
      window.removeEventListener('offline', run.lost)
      window.removeEventListener('online', run.found)
      if (timer) clearTimeout(timer)
      run.stop()
    }
  }, [run])

  const { connection, detail } = snapshot
  const wasLive = useRef(initial.summary.phase !== 'ended')
  useEffect(() => {
    if (connection !== 'ended' || !wasLive.current) return
    wasLive.current = false
    void queryClient.invalidateQueries({ queryKey: trpc.labs.state.queryKey({ lab: detail.summary.lab }) })
    void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() })
    void queryClient.invalidateQueries({ queryKey: trpc.runs.trend.queryKey() })
  }, [connection, detail.summary.lab, queryClient, trpc])

  return { run, snapshot }
}

/** The server's time, again and again while something goes on. */
export function useNow(run: LiveRun, active: boolean, everyMs = 200): number {
  const [now, setNow] = useState(() => run.now())
  useEffect(() => {
    if (!active) return
    const timer = setInterval(() => setNow(run.now()), everyMs)
    return () => clearInterval(timer)
  }, [run, active, everyMs])
  return now
}
