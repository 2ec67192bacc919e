'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef, useState } from 'react'
import type { Span } from '@/app/components/timeline/model'
import { Panel } from '@/app/components/ui/panel'
import { cx } from '@/app/lib/cx'
import { count, duration, whenLong } from '@/app/lib/format'
import { probeClockOffset } from '@/app/lib/run/clocks'
import {
  gapRows,
  type OutageRow,
  outageFigures,
  outageRows,
  type Spread,
  sinceOrigin,
  spacingText,
} from '@/app/lib/run/outage-list'
import { order } from '@/app/lib/run/probe-lanes'
import type { RunDetail } from '@/server/domain/detail'
import type { AnyPublicLab } from '@/server/domain/views'

type Props = {
  detail: RunDetail
  lab: AnyPublicLab | null
  origin: { ms: number; kind: 'T0' | 'start' }
  onView: (view: Span) => void
}

/** Every outage of every probe of a report: when, how long, how far from the one before; a click shows it on the axis. */
export const Outages = memo(function Outages({ detail, lab, origin, onView }: Props) {
  const [only, setOnly] = useState<string | null>(null)
  const probes = detail.report?.probes
  const wan = detail.report?.wan
  const all = useMemo(() => {
    const byProbe = outageRows(probes ?? [], (stream) => probeClockOffset(stream, detail, lab))
    const ofLinks = wan ? gapRows(wan, detail.context?.clocks[wan.clock]?.offsetMs ?? 0) : []
    return [...ofLinks, ...byProbe].sort((a, b) => a.fromMs - b.fromMs)
  }, [probes, wan, detail, lab])
  const rows = useMemo(() => (only === null ? all : all.filter((row) => row.stream === only)), [all, only])
  if (!probes || probes.length === 0) return null
  const titles = new Map([...all, ...probes].map((each) => [each.stream, each.title]))
  const streams = order([...titles.keys()], lab)
  return (
    <Panel
      title="Outages"
      bodyClassName="p-0"
      aside={
        streams.length > 1 && all.length > 0 ? (
          <label className="flex items-center gap-2 text-xs">
            <span className="text-muted">Seen by</span>
            <select
              className="h-7 rounded border bg-panel px-1"
              value={only ?? ''}
              onChange={(event) => setOnly(event.target.value || null)}
            >
              <option value="">all</option>
              {streams.map((stream) => (
                <option key={stream} value={stream}>
                  {titles.get(stream)}
                </option>
              ))}
            </select>
          </label>
        ) : null
      }
    >
      <Figures rows={rows} />
      {rows.length > 0 ? <List rows={rows} origin={origin} onView={onView} /> : null}
    </Panel>
  )
})

function Figures({ rows }: { rows: OutageRow[] }) {
  const { count: n, lost, length, spacing } = outageFigures(rows)
  if (n === 0) return <p className="px-3 py-2 text-muted">No outage was seen after the fault.</p>
  const facts: [string, string][] = [
    [n === 1 ? 'outage' : 'outages', count(n)],
    ['probes lost', count(lost)],
  ]
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 border-b px-3 py-2 text-xs" data-testid="outage-figures">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1">
          <dd className="font-semibold">{value}</dd>
          <dt className="text-muted">{name}</dt>
        </div>
      ))}
      <SpreadOf name="length" spread={length} text={duration} />
      <SpreadOf name="spacing" spread={spacing} text={spacingText} />
    </dl>
  )
}

const SpreadOf = ({ name, spread, text }: { name: string; spread: Spread | null; text: (ms: number) => string }) =>
  spread ? (
    <div className="flex flex-wrap gap-x-1">
      <dt className="text-muted">{name} min / median / max</dt>
      <dd className="font-semibold">
        {text(spread.min)} / {text(spread.median)} / {text(spread.max)}
      </dd>
    </div>
  ) : null

const ROW_PX = 28
/** Two lines where the width is that of a phone. */
const NARROW_ROW_PX = 52
const NARROW = '(max-width: 639px)'
const COLUMNS = 'sm:grid-cols-[2rem_minmax(5rem,1fr)_7.5rem_5rem_minmax(12.5rem,1.4fr)_3.5rem_5.5rem]'

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

function List({ rows, origin, onView }: { rows: OutageRow[]; origin: Props['origin']; onView: Props['onView'] }) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (matchMedia(NARROW).matches ? NARROW_ROW_PX : ROW_PX),
    overscan: 8,
  })
  const show = ({ fromMs, toMs }: OutageRow) => {
    const edge = Math.max(100, (toMs - fromMs) * 0.25)
    onView({ fromMs: fromMs - edge, toMs: toMs + edge })
  }
  return (
    <div className="text-xs">
      <div aria-hidden className={cx('hidden items-baseline gap-x-3 border-b px-3 py-1 text-muted sm:grid', COLUMNS)}>
        <span className="text-right">#</span>
        <span>seen by</span>
        <span className="text-right">{origin.kind === 'T0' ? 'from T0, h:m:s' : 'from start, h:m:s'}</span>
        <span>clock</span>
        <span>length</span>
        <span className="text-right">lost</span>
        <span className="text-right">spacing</span>
      </div>
      <div ref={box} className="max-h-80 overflow-y-auto overflow-x-hidden">
        <ol className="relative" style={{ height: virtual.getTotalSize() }} aria-label="Outages in order of time">
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            return row ? (
              <li
                key={row.key}
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <Row row={row} originMs={origin.ms} onShow={() => show(row)} />
              </li>
            ) : null
          })}
        </ol>
      </div>
    </div>
  )
}

function Row({ row, originMs, onShow }: { row: OutageRow; originMs: number; onShow: () => void }) {
  return (
    <button
      type="button"
      title="Show it on the time axis"
      className={cx(
        'flex h-full w-full flex-wrap content-center items-baseline gap-x-3 px-3 text-left leading-5 hover:bg-sunk',
        'focus-visible:outline-offset-[-2px] sm:grid sm:content-normal sm:items-center',
        COLUMNS,
      )}
      onClick={onShow}
    >
      <span className="text-muted sm:text-right">
        <span className="sm:sr-only">#</span>
        {row.number}
      </span>
      <span className="order-2 min-w-0 text-muted sm:order-none sm:overflow-hidden sm:text-ellipsis sm:whitespace-nowrap">
        {row.title}
      </span>
      <span className="text-right">{sinceOrigin(row.fromMs, originMs)}</span>
      <time
        className="order-2 text-muted sm:order-none"
        dateTime={new Date(row.fromMs).toISOString()}
        title={whenLong(row.fromMs)}
        suppressHydrationWarning
      >
        {CLOCK.format(row.fromMs)}
      </time>
      <span className="whitespace-nowrap font-semibold">{row.length}</span>
      <span className="order-2 text-right sm:order-none">
        {row.lost === null ? (
          <span className="text-muted">–</span>
        ) : (
          <>
            {count(row.lost)} <span className="text-muted sm:sr-only">lost</span>
          </>
        )}
      </span>
      <span className="order-2 text-right sm:order-none">
        {row.spacingMs === null ? <span className="text-muted">first</span> : spacingText(row.spacingMs)}
        {row.spacingMs === null ? null : <span className="text-muted sm:sr-only"> after the one before</span>}
      </span>
    </button>
  )
}
