'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsInteger, parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useCallback, useMemo } from 'react'
import type { Span } from '@/app/components/timeline/model'
import { Timeline } from '@/app/components/timeline/timeline'
import { ErrorBox } from '@/app/components/ui/error-box'
import { REPEATS_KEY, repeatsState } from '@/app/lib/compare/url-state'
import { expectedProbes } from '@/app/lib/run/probe-lanes'
import { eventModel, sampleModel } from '@/app/lib/run/timeline-model'
import { noTracks, type Tracks } from '@/app/lib/run/tracks'
import { wanModel } from '@/app/lib/run/wan-lanes'
import { ALONE, useTRPC } from '@/app/lib/trpc'
import type { RunDetail } from '@/server/domain/detail'
import type { AnyPublicLab, RunWindow } from '@/server/domain/views'
import { Criteria } from './criteria'
import { RunHeader } from './header'
import { Method } from './method'
import { Notices } from './notices'
import { Outages } from './outages'
import { OUTPUT_ID, RawOutput } from './output'
import { ProbeStrip } from './probe-strip'
import { Repeats } from './repeats'
import { RunSkeleton } from './run-skeleton'
import { Steps } from './steps'
import { useLiveRun, useNow } from './use-run'
import { useViewWindow } from './use-view-window'
import { WanPanels } from './wan-report'

/**
 * Live view and report: two readings of one log, one page. A report is shown once everything that it is drawn from is
 * there, since each part that comes later would have all its lanes drawn again.
 */
export function RunPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const asked = { refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: 0 }
  const detail = useQuery({ ...trpc.runs.get.queryOptions({ id }, ALONE), ...asked })
  const { phase, lab: labId = '' } = detail.data?.summary ?? {}
  const stored = useQuery({ ...trpc.runs.window.queryOptions({ id }, ALONE), ...asked, enabled: phase === 'ended' })
  const lab = useQuery({ ...trpc.labs.get.queryOptions({ lab: labId }, ALONE), enabled: phase !== undefined })
  if (detail.error && !detail.data)
    return (
      <>
        <h1 className="mb-3 font-semibold text-xl leading-7">Run {id}</h1>
        <ErrorBox error={detail.error} doing="Could not open it" onRetry={() => detail.refetch()} />
      </>
    )
  if (!detail.data || lab.isPending || (phase === 'ended' && stored.isPending)) return <RunSkeleton />
  return <LoadedRun key={id} initial={detail.data} samples={stored.data ?? null} lab={lab.data?.lab ?? null} />
}

const NONE: never[] = []

/** How many rows the streams of a kind have. */
const rowsOf = ({ rows }: Tracks, kind: string): number =>
  [...rows].reduce((sum, [stream, track]) => (stream.startsWith(kind) ? sum + track.rows.length : sum), 0)

const AXIS_ID = 'time-axis'

const urlState = { from: parseAsInteger, to: parseAsInteger, command: parseAsString }

type LoadedProps = { initial: RunDetail; samples: RunWindow | null; lab: AnyPublicLab | null }

function LoadedRun({ initial, samples, lab }: LoadedProps) {
  const { run, snapshot } = useLiveRun(initial, samples)
  const { detail, tracks, connection, windowError, version } = snapshot
  const trpc = useTRPC()
  const { lab: labId, case: caseId, params, phase } = detail.summary
  const live = phase !== 'ended'
  const reserve = live && detail.summary.limitMs !== null
  const cases = useQuery({ ...trpc.cases.list.queryOptions({ lab: labId }), enabled: live })
  const view = cases.data?.find((c) => c.id === caseId)
  const plan = useQuery({ ...trpc.cases.plan.queryOptions({ lab: labId, case: caseId, params }), enabled: live })
  const awaited = live && plan.data?.some(({ startsProbes }) => startsProbes) === true
  const [url, setUrl] = useQueryStates(urlState, { history: 'replace' })
  const [repeats] = useQueryState(REPEATS_KEY, repeatsState)
  const now = useNow(run, live, 1000)

  const startMs = detail.summary.startedAt ?? detail.summary.createdAt
  const window = useMemo<Span | null>(
    () =>
      url.from !== null && url.to !== null && url.to > url.from
        ? { fromMs: startMs + url.from, toMs: startMs + url.to }
        : null,
    [url.from, url.to, startMs],
  )
  const shown = useViewWindow(detail, tracks, lab, window)
  const settled = live ? null : tracks
  const events = useMemo(
    () => eventModel({ detail, tracks: settled ?? noTracks(), lab, nowMs: live ? now : 0, reserve }),
    [detail, settled, lab, live, now, reserve],
  )
  const drawn = useMemo(
    () => sampleModel({ detail, tracks: shown, whole: tracks, lab, reserve, version }),
    [detail, shown, tracks, lab, reserve, version],
  )
  // Their rows come once a second: no need to draw them with every answer of a probe.
  const ofLinks = rowsOf(tracks, 'path:') + rowsOf(tracks, 'requests:')
  // biome-ignore lint/correctness/useExhaustiveDependencies: tracks grow in place; their number of rows tells that they did
  const links = useMemo(
    () => wanModel({ detail, tracks, lab, untilMs: detail.summary.endedAt ?? now, reserve }),
    [detail, tracks, lab, live ? now : 0, reserve, ofLinks],
  )
  const model = useMemo(() => ({ ...events, ...drawn, ...links }), [events, drawn, links])
  const onView = useCallback(
    (next: Span | null) =>
      void setUrl({
        from: next && Math.round(next.fromMs - startMs),
        to: next && Math.round(next.toMs - startMs),
      }),
    [setUrl, startMs],
  )
  const onCommand = useCallback(
    (command: string | null) => {
      void setUrl({ command })
      if (command) document.getElementById(OUTPUT_ID)?.scrollIntoView({ behavior: 'smooth' })
    },
    [setUrl],
  )
  const onOutage = useCallback(
    (next: Span) => {
      onView(next)
      document.getElementById(AXIS_ID)?.scrollIntoView({ behavior: 'smooth', block: 'nearest' })
    },
    [onView],
  )
  const known = [...tracks.probes.keys(), ...(reserve ? expectedProbes(lab) : [])].join()
  const probes = useMemo(() => [...new Set(known.split(',').filter(Boolean))], [known])
  const all = [...tracks.probes.keys(), ...tracks.rows.keys()].join()
  const streams = useMemo(() => all.split(',').filter(Boolean), [all])
  const planned = useMemo(
    () => (live ? (view?.criteria.filter(({ when }) => when === null || params[when] === true) ?? NONE) : NONE),
    [live, view, params],
  )

  return (
    <div className="grid gap-3">
      <RunHeader detail={detail} connection={connection} streams={streams} />
      <Repeats id={detail.summary.id} ids={repeats} />
      <Notices detail={detail} />
      <div className="grid items-start gap-3 xl:grid-cols-[17rem_minmax(0,1fr)_18rem] xl:grid-rows-[auto_1fr]">
        <div className="grid min-w-0 gap-3 xl:col-start-2">
          <section aria-label="Time axis" className="min-w-0 scroll-mt-2 rounded border bg-panel" id={AXIS_ID}>
            {windowError ? (
              <ErrorBox error={windowError} doing="Could not read the samples, trying again" className="m-3" />
            ) : null}
            <ProbeStrip run={run} detail={detail} streams={probes} awaited={awaited} lab={lab} />
            <Timeline model={model} view={window} onView={onView} onPainted={run.painted} />
          </section>
          {live ? null : (
            <>
              <Outages detail={detail} lab={lab} origin={model.origin} onView={onOutage} />
              <WanPanels detail={detail} lab={lab} originMs={model.origin.ms} />
            </>
          )}
        </div>
        <div className="min-w-0 xl:col-start-1 xl:row-start-1">
          <Steps run={run} detail={detail} planned={plan.data ?? NONE} />
        </div>
        <div className="grid min-w-0 gap-3 xl:col-start-3 xl:row-span-2 xl:row-start-1">
          <Criteria results={detail.criteria} planned={planned} onCommand={onCommand} />
          <Method detail={detail} lab={lab} />
        </div>
        <div className="min-w-0 xl:col-span-2 xl:row-start-2 xl:h-0 xl:min-h-full">
          <RawOutput detail={detail} commandId={url.command} onCommand={onCommand} />
        </div>
      </div>
    </div>
  )
}
