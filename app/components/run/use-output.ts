'use client'
import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useTRPCClient } from '@/app/lib/trpc'
import type { OutputPiece } from '@/server/domain/views'

type Ask = {
  id: string
  commandId: string | null
  search: string
  /** More may still come. */
  live: boolean
  /** Nobody looks: nothing is asked for. */
  visible: boolean
}

type Read = { key: string; pieces: OutputPiece[]; cursor: string | null; end: boolean; error: unknown }

const PAGE = 500
/** A piece has up to a hundred lines; of a long run that goes on only the newest are kept. */
const MOST_PIECES = 500
const POLL_MS = 1000

const nothing = (key: string): Read => ({ key, pieces: [], cursor: null, end: false, error: null })

/** Output page by page; while the run goes on, what is new is asked for by cursor, so that nothing comes twice. */
export function useOutput({ id, commandId, search, live, visible }: Ask) {
  const client = useTRPCClient()
  const wanted = useDeferredValue(search)
  const key = JSON.stringify([id, commandId, wanted])
  const [kept, setRead] = useState<Read>(nothing(key))
  const read = kept.key === key ? kept : nothing(key)
  const busy = useRef<string | null>(null)

  const { cursor, pieces } = read
  const load = useCallback(async () => {
    const ticket = `${key} ${cursor}`
    if (busy.current === ticket) return
    busy.current = ticket
    const ask = { id, commandId: commandId ?? undefined, search: wanted || undefined, limit: PAGE, after: cursor }
    try {
      const page = await client.runs.output.query(ask)
      if (busy.current !== ticket) return
      const next = page.next ?? page.pieces.at(-1)?.cursor ?? cursor
      setRead({
        key,
        pieces: [...pieces, ...page.pieces].slice(live ? -MOST_PIECES : 0),
        cursor: next,
        end: page.next === null,
        error: null,
      })
    } catch (error) {
      if (busy.current === ticket) setRead({ key, pieces, cursor, end: true, error })
    } finally {
      if (busy.current === ticket) busy.current = null
    }
  }, [client, id, commandId, wanted, key, cursor, pieces, live])

  const { end } = read
  const fresh = pieces.length === 0 && !end
  useEffect(() => {
    if (visible && fresh) void load()
  }, [visible, fresh, load])
  useEffect(() => {
    if (!visible || !end || !live) return
    const timer = setInterval(() => {
      if (!document.hidden) void load()
    }, POLL_MS)
    return () => clearInterval(timer)
  }, [visible, end, live, load])
  const wasLive = useRef(live)
  useEffect(() => {
    if (wasLive.current && !live && visible) void load()
    wasLive.current = live
  }, [live, visible, load])

  return { pieces, loading: !end && pieces.length === 0, error: read.error, more: !end, load }
}
