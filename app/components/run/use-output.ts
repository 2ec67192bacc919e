'use client'
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { LineBuffer } from '@/app/lib/run/output-lines'
import { useTRPCClient } from '@/app/lib/trpc'

type Ask = {
  id: string
  commandId: string | null
  search: string
  /** More may still come. */
  live: boolean
  /** Nobody looks: nothing is asked for. */
  visible: boolean
  /** The newest line is looked at. */
  follow: boolean
}

type Read = { key: string; buffer: LineBuffer; pages: number; cursor: string | null; end: boolean; error: unknown }

const PAGE = 500
/** Of a long run that goes on only the newest lines are kept. */
const MOST_LINES = 50_000
const POLL_MS = 1000
const IDLE_POLL_MS = 4000

const nothing = (key: string): Read => ({
  key,
  buffer: new LineBuffer(),
  pages: 0,
  cursor: null,
  end: false,
  error: null,
})

/** Output page by page; while the run goes on, what is new is asked for by cursor, so that nothing comes twice. */
export function useOutput({ id, commandId, search, live, visible, follow }: Ask) {
  const client = useTRPCClient()
  const wanted = useDeferredValue(search)
  const key = JSON.stringify([id, commandId, wanted])
  const [kept, setRead] = useState<Read>(() => nothing(key))
  const read = useMemo(() => (kept.key === key ? kept : nothing(key)), [kept, key])
  const busy = useRef<string | null>(null)

  const { cursor, buffer, pages, end } = read
  const load = useCallback(async () => {
    const ticket = `${key} ${cursor}`
    if (busy.current === ticket) return
    busy.current = ticket
    const ask = { id, commandId: commandId ?? undefined, search: wanted || undefined, limit: PAGE, after: cursor }
    try {
      const page = await client.runs.output.query(ask)
      if (busy.current !== ticket) return
      buffer.append(page.pieces)
      if (live) buffer.keep(MOST_LINES)
      const next = page.next ?? page.pieces.at(-1)?.cursor ?? cursor
      setRead({ key, buffer, pages: pages + 1, cursor: next, end: page.next === null, error: null })
    } catch (error) {
      if (busy.current === ticket) setRead({ key, buffer, pages, cursor, end: true, error })
    } finally {
      if (busy.current === ticket) busy.current = null
    }
  }, [client, id, commandId, wanted, key, cursor, buffer, pages, live])

  const fresh = pages === 0 && !end
  useEffect(() => {
    if (visible && fresh) void load()
  }, [visible, fresh, load])
  useEffect(() => {
    if (!visible || !end || !live) return
    const timer = setInterval(
      () => {
        if (!document.hidden) void load()
      },
      follow ? POLL_MS : IDLE_POLL_MS,
    )
    return () => clearInterval(timer)
  }, [visible, end, live, follow, load])
  const wasLive = useRef(live)
  useEffect(() => {
    if (wasLive.current && !live && visible) void load()
    wasLive.current = live
  }, [live, visible, load])

  return { lines: buffer.lines, pages, loading: !end && buffer.lines.length === 0, error: read.error, more: !end, load }
}
