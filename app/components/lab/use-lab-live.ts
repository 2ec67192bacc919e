'use client'
import { useEffect, useState } from 'react'
import type { LabView } from '@/app/lib/lab/live-view'
import { useTRPCClient } from '@/app/lib/trpc'

export type LabLiveState = { view: LabView | null; connection: 'connecting' | 'live' | 'reconnecting'; error: unknown }

const RETRY_MS = 2000

/** Live status while the tab is in sight; the server polls the lab only while somebody looks. */
export function useLabLive(lab: string): LabLiveState {
  const client = useTRPCClient()
  const [state, setState] = useState<LabLiveState>({ view: null, connection: 'connecting', error: null })

  useEffect(() => {
    let stop: (() => void) | null = null
    let timer: ReturnType<typeof setTimeout> | null = null
    const close = () => {
      stop?.()
      stop = null
      if (timer) clearTimeout(timer)
      timer = null
    }
    const open = () => {
      if (stop) return
      const subscription = client.labs.status.subscribe(
        { lab },
        {
          onData: (live) => setState({ view: live, connection: 'live', error: null }),
          onConnectionStateChange: ({ state: now }) => {
            if (now === 'connecting') setState((s) => ({ ...s, connection: s.view ? 'reconnecting' : 'connecting' }))
          },
          onError: (error) => {
            close()
            setState((s) => ({ ...s, connection: s.view ? 'reconnecting' : 'connecting', error }))
            timer = setTimeout(open, RETRY_MS)
          },
        },
      )
      stop = () => subscription.unsubscribe()
    }
    const look = () => (document.hidden ? close() : open())
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      close()
    }
  }, [client, lab])

  return state
}
