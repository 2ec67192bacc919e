'use client'
import { memo, type ReactNode, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Axis } from './axis'
import { ChartLane } from './chart-lane'
import { Cursor, type Frame, FrameProvider } from './frame'
import { LossLane } from './loss-lane'
import { MarkerLabels, MarkerLines } from './markers'
import { outageLanes } from './merge'
import type { Span, TimelineModel } from './model'
import { Overlay } from './overlay'
import { Overview } from './overview'
import { PanProvider } from './pan'
import { PathLane } from './path-lane'
import { clampView, pan, zoom } from './scale'
import { Shades } from './shades'
import { StateLane } from './state-lane'
import { StepLane } from './step-lane'
import { Toolbar } from './toolbar'
import { usePan } from './use-pan'

/** The axis below the rows of markers, borders included. */
const AXIS_PX = 26

type Props = {
  model: TimelineModel
  /** null: everything. */
  view: Span | null
  onView: (view: Span | null) => void
  /** Told how long the main thread had to draw a new picture. */
  onPainted?: (ms: number) => void
  /** Instead of the run's own lanes: of several runs, each with its shades and lines. */
  lanes?: ReactNode
}

/** One time axis for everything that happened in a run. It owns the view and the crosshair; the lanes only draw. */
export const Timeline = memo(function Timeline({ model, view: chosen, onView, onPainted, lanes }: Props) {
  const { span, origin } = model
  const plot = useRef<HTMLDivElement>(null)
  const [widthPx, setWidth] = useState(0)
  const [cursor] = useState(() => new Cursor())
  const view = useMemo(() => (chosen ? clampView(chosen, span) : span), [chosen, span])
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const show = useCallback(
    (next: Span) => onView(next.fromMs <= span.fromMs && next.toMs >= span.toMs ? null : clampView(next, span)),
    [onView, span],
  )
  const drag = usePan(root, view, span, show)
  const { painted } = drag
  // While it is dragged the lanes are painted wider than they show.
  const frame = useMemo<Frame>(() => {
    const wider = (painted.toMs - painted.fromMs) / (view.toMs - view.fromMs)
    return { view: painted, originMs: origin.ms, widthPx: widthPx * wider, cursor }
  }, [painted, view, origin.ms, widthPx, cursor])

  // Measured before the first picture, which would else be drawn twice.
  useLayoutEffect(() => {
    const element = plot.current
    if (!element) return
    setWidth(Math.round(element.getBoundingClientRect().width))
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const begun = performance.now()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per picture
  useEffect(() => {
    const timer = setTimeout(() => onPainted?.(performance.now() - begun))
    return () => clearTimeout(timer)
  }, [model])

  const onStep = (what: 'in' | 'out' | 'left' | 'right') => {
    const around = cursor.ms ?? (view.fromMs + view.toMs) / 2
    if (what === 'in') show(zoom(view, span, 0.5, around))
    else if (what === 'out') show(zoom(view, span, 2, around))
    else show(pan(view, span, what === 'left' ? -0.25 : 0.25))
  }

  return (
    <FrameProvider value={frame}>
      <Toolbar model={model} zoomed={chosen !== null} onStep={onStep} onView={show} onReset={() => onView(null)} />
      <Overview model={model} pan={drag} zoomed={chosen !== null} widthPx={widthPx} controls={id} onView={show} />
      <div id={id} className="relative px-3 pb-2 [--gutter:6rem] sm:[--gutter:10rem]">
        <div ref={root} className="relative">
          <PanProvider value={drag.current}>
            <div
              ref={plot}
              className="pointer-events-none absolute inset-y-0 right-0 left-[var(--gutter)] overflow-hidden"
            >
              {lanes ? null : <RunLines model={model} />}
            </div>
            <div className="relative">
              <MarkerLabels markers={model.markers} rows={model.markerRows} />
              <Axis origin={origin.kind} />
              {lanes ?? <RunLanes model={model} />}
            </div>
          </PanProvider>
          <Overlay
            all={span}
            pan={drag}
            axisPx={model.markerRows * 20 + AXIS_PX}
            onZoom={show}
            onReset={() => onView(null)}
            onStep={onStep}
          />
        </div>
      </div>
    </FrameProvider>
  )
})

const RunLines = ({ model }: { model: TimelineModel }) => (
  <>
    <Shades probes={outageLanes(model)} />
    <MarkerLines markers={model.markers} />
  </>
)

const RunLanes = ({ model }: { model: TimelineModel }) => (
  <>
    <StepLane steps={model.steps} />
    {model.hosts?.map(({ id, label, steps }) => (
      <StepLane key={id} label={label} steps={steps} />
    ))}
    {model.states.map((lane) => (
      <StateLane key={lane.id} lane={lane} />
    ))}
    {model.paths.map((lane) => (
      <PathLane key={lane.link} lane={lane} />
    ))}
    {[...model.gaps, ...model.probes].map((lane) => (
      <LossLane key={lane.stream} lane={lane} />
    ))}
    <ChartLane label="RTT" unit="ms" series={model.rtt} digits={2} growing={model.growing} />
    {model.traffic.length > 0 ? (
      <ChartLane label="" unit="Mbit/s" series={model.traffic} digits={1} step growing={model.growing} />
    ) : null}
    {model.requests.length > 0 ? (
      <>
        <ChartLane label="HTTP" unit="/s" series={model.requests} digits={0} step growing={model.growing} />
        <ChartLane label="HTTP" unit="ms" series={model.answers} digits={0} growing={model.growing} />
      </>
    ) : null}
  </>
)
