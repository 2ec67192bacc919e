'use client'
import { memo, useEffect, useRef } from 'react'
import { count } from '@/app/lib/format'
import { streamName, streamTitle } from '@/app/lib/run/clocks'
import type { LiveRun } from '@/app/lib/run/live-run'
import { order } from '@/app/lib/run/probe-lanes'
import type { LastProbe } from '@/app/lib/run/probe-track'
import type { RunDetail } from '@/server/domain/detail'
import type { ProbeSummary } from '@/server/domain/run'
import type { AnyPublicLab } from '@/server/domain/views'

type Props = {
  run: LiveRun
  detail: RunDetail
  /** Those that send, and those that will. */
  streams: string[]
  /** Probes are still to come, whichever they are. */
  awaited: boolean
  lab: AnyPublicLab | null
}

/** One line per probe: its last answer while it runs, its sums in the report; same place, same height. */
export const ProbeStrip = memo(function ProbeStrip({ run, detail, streams, awaited, lab }: Props) {
  const summaries = new Map(detail.report?.probes.map((p) => [p.stream, p]))
  const shown = order([...new Set([...streams, ...summaries.keys()])], lab)
  if (shown.length === 0 && !awaited) return null
  return (
    <ul className="grid gap-x-6 border-b px-3 py-2 text-xs leading-5 [grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))]">
      {shown.length === 0 ? <li className="text-muted">No probe has sent yet.</li> : null}
      {shown.map((stream) => {
        const summary = summaries.get(stream)
        return (
          <li key={stream} className="flex min-w-0 items-baseline gap-2 [contain:layout_paint]">
            <span className="w-28 shrink-0 truncate text-muted" title={stream}>
              {summary?.title ?? streamTitle(stream, lab)}
            </span>
            {summary ? <Sums probe={summary} /> : <Last run={run} stream={stream} />}
          </li>
        )
      })}
    </ul>
  )
})

const Sums = ({ probe }: { probe: ProbeSummary }) => (
  <span className="min-w-0">
    {count(probe.offered)} sent,{' '}
    <span className={probe.lost > 0 ? 'font-semibold text-fail' : ''}>{count(probe.lost)} lost</span>
    {probe.late > 0 ? `, ${count(probe.late)} late` : ''}
    {probe.duplicate > 0 ? `, ${count(probe.duplicate)} duplicate` : ''}
    {probe.reordered > 0 ? `, ${count(probe.reordered)} reordered` : ''}
    {probe.spacingMs === null ? '' : `, every ${probe.spacingMs.toFixed(1)} ms`}
    {probe.pings > 1 ? ` by ${probe.pings} pings` : ''}
  </span>
)

/** Written straight into the DOM with each message: at 600 samples a second React has better things to do. */
function Last({ run, stream }: { run: LiveRun; stream: string }) {
  const line = useRef<HTMLSpanElement>(null)
  useEffect(
    () =>
      run.readout(stream, (last) => {
        const element = line.current
        if (!element) return
        element.dataset.index = String(last.index)
        element.dataset.seq = String(last.seq ?? '')
        element.textContent = text(last)
      }),
    [run, stream],
  )
  return (
    <span ref={line} data-testid={`probe-${streamName(stream)}-last`} className="min-w-0 truncate whitespace-pre" />
  )
}

const text = ({ seq, rttMs, lost }: LastProbe): string => {
  const answer = rttMs === null ? 'no answer' : `${rttMs.toFixed(2)} ms`
  return `seq ${String(seq ?? '–').padEnd(5)}  ${answer.padEnd(11)}  lost ${lost}`
}
