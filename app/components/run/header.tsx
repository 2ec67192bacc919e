'use client'
import { memo, type ReactNode, useEffect } from 'react'
import { Badge, TONE_MARK } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { duration, limit, measurementParts, when, whenLong } from '@/app/lib/format'
import type { Connection } from '@/app/lib/run/live-run'
import { direction, ENDING, runBadge } from '@/app/lib/run/words'
import type { RunDetail } from '@/server/domain/detail'
import { LINK_DIRECTIONS } from '@/server/domain/wan-run'
import { RunActions } from './actions'
import { Figure } from './figure'

type Props = { detail: RunDetail; connection: Connection /** What can be exported. */; streams: string[] }

/** Case, verdict, Failover Time with its error and limit: where the eye lands first. */
export const RunHeader = memo(function RunHeader({ detail, connection, streams }: Props) {
  const { summary } = detail
  const badge = runBadge(summary)
  useEffect(() => {
    document.title = `${TONE_MARK[badge.tone]} ${badge.text} ${summary.case} · Failover Lab`
  }, [badge.tone, badge.text, summary.case])
  const startedMs = summary.startedAt ?? summary.createdAt
  return (
    <header className="grid gap-x-6 gap-y-2 lg:grid-cols-[minmax(0,1fr)_auto]">
      <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl leading-7">
          {summary.case} {summary.caseTitle}
        </h1>
        <div aria-live="polite" aria-atomic className="flex flex-wrap items-center gap-2">
          <span className="inline-flex" data-testid="verdict">
            <Badge tone={badge.tone} large>
              {badge.text}
            </Badge>
          </span>
          {summary.phase === 'ended' && summary.ending && summary.ending !== 'completed' ? (
            <Badge tone={ENDING[summary.ending].tone}>{ENDING[summary.ending].text}</Badge>
          ) : null}
        </div>
        <Connecting connection={connection} />
      </div>
      <div className="order-last flex flex-wrap items-start gap-2 lg:order-none lg:col-start-2 lg:row-span-2 lg:justify-end">
        <RunActions detail={detail} streams={streams} />
      </div>
      <FailoverTime detail={detail} />
      <Figure figure={detail.report?.figure} />
      <p className="flex flex-wrap gap-x-2 text-muted lg:col-span-2">
        <Facts
          facts={[
            <Link key="lab" className="link" href={`/labs/${encodeURIComponent(summary.lab)}`}>
              {summary.labTitle}
            </Link>,
            direction(detail.stateChanges),
            summary.softwareVersion,
            <time
              key="when"
              dateTime={new Date(startedMs).toISOString()}
              title={whenLong(startedMs)}
              suppressHydrationWarning
            >
              {when(startedMs)}
            </time>,
            method(detail),
            outages(detail),
            <span key="id">run {summary.id}</span>,
          ]}
        />
      </p>
    </header>
  )
})

/** What is certain of an outage whose end nobody saw: the longest lower bound of the probes that cross the cluster. */
function atLeastMs({ report }: RunDetail): number | null {
  if (report?.wan) return report.wan.openMs
  const open = report?.probes
    .filter((p) => p.crossesCluster)
    .flatMap((p) => p.outages.filter((o) => o.upperMs === null))
  return open && open.length > 0 ? Math.max(...open.map((o) => o.lowerMs)) : null
}

function FailoverTime({ detail }: { detail: RunDetail }) {
  const { summary, measurements } = detail
  const time = summary.failoverTime
  const title =
    measurements.find((m) => m.id === time?.id)?.title ?? time?.title ?? summary.headlineTitle ?? 'Failover Time'
  if (summary.limitMs === null && !time) return null
  const waiting = summary.phase === 'ended' ? 'not measured' : 'not measured yet'
  const leastMs = time ? null : atLeastMs(detail)
  return (
    <p className="flex min-h-9 flex-wrap items-baseline gap-x-3" data-testid="failover-time">
      <span className="text-muted">{title}</span>
      {time ? (
        <>
          <strong className="font-semibold text-3xl leading-9">{measurementParts(time).value}</strong>
          <span className="text-base">{measurementParts(time).error}</span>
        </>
      ) : leastMs !== null ? (
        <>
          <strong className="font-semibold text-3xl leading-9">≥ {duration(leastMs)}</strong>
          <span className="text-base">{detail.report?.wan ? 'no end before the next change' : 'no end seen'}</span>
        </>
      ) : (
        <span className="text-base text-muted leading-9">{waiting}</span>
      )}
      {summary.limitMs === null ? null : <span className="text-muted">limit {limit(summary.limitMs)}</span>}
    </p>
  )
}

const Facts = ({ facts }: { facts: (ReactNode | null)[] }) =>
  facts
    .filter((fact) => fact !== null && fact !== '')
    .map((fact, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the facts are a fixed list
      <span key={i} className="min-w-0">
        {i > 0 ? <span aria-hidden>· </span> : null}
        {fact}
      </span>
    ))

/** "TBLM, ping every 5.0 ms" of the probe that gave the headline; "TBM, captured packets every 10.0 ms". */
function method({ report }: RunDetail): string | null {
  const headline = report?.headline
  if (!headline) return null
  if (report.wan) {
    const { spacingMs } = report.wan
    return `${headline.method} by captures${spacingMs === null ? '' : `, a packet every ${spacingMs.toFixed(1)} ms`}`
  }
  const probe = report.probes.find((p) => p.stream === headline.source || p.title === headline.source)
  const spacing = (probe ?? report.probes.find((p) => p.crossesCluster))?.spacingMs
  return spacing ? `${headline.method}, ping every ${spacing.toFixed(1)} ms` : headline.method
}

/** Of the probe that saw most of them; of the traffic over all links in the direction that had more. */
function outages({ report }: RunDetail): string | null {
  if (report?.wan) {
    const { gaps } = report.wan
    const most = Math.max(...LINK_DIRECTIONS.map((one) => gaps.filter((gap) => gap.direction === one.direction).length))
    return most === 1 ? '1 gap' : `${most} gaps`
  }
  const crossing = report?.probes.filter((p) => p.crossesCluster)
  if (!crossing || crossing.length === 0) return null
  const most = Math.max(...crossing.map((p) => p.outages.length))
  return most === 1 ? '1 outage' : `${most} outages`
}

const SAY: Record<Connection, string> = {
  connecting: 'connecting…',
  reconnecting: 'reconnecting…',
  paused: 'paused',
  live: 'live',
  ended: '',
}

const Connecting = ({ connection }: { connection: Connection }) => (
  <span
    role="status"
    data-testid="connection"
    className={`min-w-24 text-xs ${connection === 'reconnecting' ? 'font-semibold text-unsure' : 'text-muted'}`}
  >
    {SAY[connection]}
  </span>
)
