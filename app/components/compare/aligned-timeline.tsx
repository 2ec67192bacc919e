'use client'
import { useMemo } from 'react'
import { LossLane } from '@/app/components/timeline/loss-lane'
import { MarkerLines } from '@/app/components/timeline/markers'
import { outageLanes } from '@/app/components/timeline/merge'
import type { Marker, Span } from '@/app/components/timeline/model'
import { PathLane } from '@/app/components/timeline/path-lane'
import { Shades } from '@/app/components/timeline/shades'
import { StateLane } from '@/app/components/timeline/state-lane'
import { Timeline } from '@/app/components/timeline/timeline'
import { Mark } from '@/app/components/ui/badge'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import type { AlignedRun } from '@/app/lib/compare/align'
import { duration, measurement } from '@/app/lib/format'
import { runBadge } from '@/app/lib/run/words'
import type { RunDetail } from '@/server/domain/detail'
import { measuredFault } from '@/server/domain/fault'
import { useAligned } from './use-aligned'

type Props = { runs: RunDetail[]; nowMs: number; view: Span | null; onView: (view: Span | null) => void }

/** Every run's nodes and probes on one axis whose 0 is each run's own T0. */
export function AlignedTimeline({ runs, nowMs, view, onView }: Props) {
  const { aligned, gone, error } = useAligned(runs, nowMs)
  const { model } = aligned
  const lanes = useMemo(
    () =>
      aligned.runs.map((run) => (
        <RunGroup
          key={run.id}
          run={run}
          markers={run.hasT0 ? aligned.model.markers : []}
          onOwnAxis={!run.hasT0 && aligned.model.origin.kind === 'T0'}
          labGone={gone.includes(run.detail.summary.lab)}
        />
      )),
    [aligned, gone],
  )
  return (
    <Panel
      title={
        model.origin.kind === 'T0' ? 'Time axis, 0 is the fault of each run' : 'Time axis, 0 is the start of each run'
      }
      className="isolate"
      bodyClassName="p-0"
    >
      {error ? <ErrorBox error={error} doing="Could not read the samples" className="m-3" /> : null}
      <Timeline model={model} view={view} onView={onView} lanes={lanes} />
    </Panel>
  )
}

type GroupProps = {
  run: AlignedRun
  markers: Marker[]
  /** It has no T0 while others have. */
  onOwnAxis: boolean
  labGone: boolean
}

function RunGroup({ run, markers, onOwnAxis, labGone }: GroupProps) {
  const { id, states, paths, gaps, probes } = run
  return (
    <section aria-label={`Run ${id}`} data-run={id} className="border-line border-b last:border-b-0">
      <GroupHeading run={run} onOwnAxis={onOwnAxis} labGone={labGone} />
      <div className="relative">
        <div className="pointer-events-none absolute inset-y-0 right-0 left-[var(--gutter)] overflow-hidden">
          <Shades probes={outageLanes(run)} />
          <MarkerLines markers={markers} />
        </div>
        <div className="relative">
          {states.map((lane) => (
            <StateLane key={lane.id} lane={lane} />
          ))}
          {paths.map((lane) => (
            <PathLane key={lane.link} lane={lane} />
          ))}
          {[...gaps, ...probes].map((lane) => (
            <LossLane key={lane.stream} lane={lane} />
          ))}
          {states.length + paths.length + probes.length === 0 ? (
            <p className="py-1 text-muted text-xs">Nothing was recorded of its nodes and probes.</p>
          ) : null}
        </div>
      </div>
    </section>
  )
}

/** Above the crosshair's area, so that its link can be clicked. */
function GroupHeading({ run, onOwnAxis, labGone }: Omit<GroupProps, 'markers'>) {
  const { id, detail, hasT0, t0WithinMs } = run
  const { summary } = detail
  const badge = runBadge(summary)
  return (
    <h3 className="relative z-30 flex flex-wrap items-baseline gap-x-2 bg-sunk px-1 py-1 text-xs leading-4">
      <Mark tone={badge.tone} label={badge.text} />
      <Link className="link font-semibold" href={`/runs/${encodeURIComponent(id)}`}>
        {id}
      </Link>
      <span className="font-normal">{summary.case}</span>
      {summary.failoverTime ? <span className="font-normal">{measurement(summary.failoverTime)}</span> : null}
      {hasT0 && t0WithinMs !== null ? (
        <span className="font-normal text-muted">
          {measuredFault(detail.faults)?.mode}, T0 within {duration(t0WithinMs)}
        </span>
      ) : (
        <span className="font-normal text-unsure">
          ? no fault was injected: it has no T0
          {onOwnAxis ? '; drawn from its start at the left edge' : ''}
        </span>
      )}
      {labGone ? (
        <span className="font-normal text-unsure">
          ? its lab is not configured any more: the clocks of its probes are taken to agree with the dashboard's
        </span>
      ) : null}
    </h3>
  )
}
