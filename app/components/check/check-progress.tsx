'use client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ProgressBar } from '@/app/components/ui/progress'
import { elapsed, share, when, whenLong } from '@/app/lib/format'
import { useTRPC } from '@/app/lib/trpc'

const POLL_MS = 400

type Props = { lab: string; going: boolean; endedMs: number | undefined; tookMs: number }

/** What is being looked at, or when it was; always as high, so that nothing below it moves. */
export function CheckProgressRow({ lab, going, endedMs, tookMs }: Props) {
  const trpc = useTRPC()
  const options = trpc.labs.checkProgress.queryOptions({ lab })
  const { data } = useQuery({ ...options, enabled: going, refetchInterval: going ? POLL_MS : false, staleTime: 0 })
  const progress = going ? data : null
  return (
    <div className="grid min-h-8 content-start gap-1" role="status" data-testid="check-state">
      {going ? (
        <>
          <p>
            {progress ? `${progress.step} (${progress.done + 1} of ${progress.of})` : 'Connecting…'} <Stopwatch />
          </p>
          <ProgressBar value={progress ? share(progress.done, progress.of) : 0} label="Check" />
        </>
      ) : endedMs ? (
        <p className="text-muted">
          Checked <time title={whenLong(endedMs)}>{when(endedMs)}</time>, took {elapsed(tookMs)}
        </p>
      ) : null}
    </div>
  )
}

function Stopwatch() {
  const [startMs] = useState(() => Date.now())
  const [nowMs, setNowMs] = useState(startMs)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 100)
    return () => clearInterval(timer)
  }, [])
  return (
    <span aria-hidden className="text-muted">
      {elapsed(nowMs - startMs)}
    </span>
  )
}
