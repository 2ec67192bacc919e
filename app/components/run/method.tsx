'use client'
import { memo, type ReactNode } from 'react'
import { Panel } from '@/app/components/ui/panel'
import { duration, measurement } from '@/app/lib/format'
import { clusterLab } from '@/app/lib/lab/parts'
import type { RunDetail } from '@/server/domain/detail'
import { measuredFault } from '@/server/domain/fault'
import type { Measurement, ProbeSummary, RunContext } from '@/server/domain/run'
import { type Stamped, statedBy } from '@/server/domain/stamped'
import type { AnyPublicLab } from '@/server/domain/views'
import type { CaptureView, WanReport } from '@/server/domain/wan-run'

const Row = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="px-3 py-1.5">
    <dt className="text-muted text-xs">{name}</dt>
    <dd className="break-words">{children}</dd>
  </div>
)

const pairs = (record: Record<string, string>) =>
  Object.entries(record).map(([name, value]) => (
    <div key={name}>
      {name} <span className="text-muted">{value}</span>
    </div>
  ))

/** The headline is one of the probes' own measurements: once is enough. */
const distinct = (all: Measurement[]): Measurement[] =>
  all.filter(
    (m, i) => all.findIndex((o) => o.title === m.title && o.source === m.source && o.method === m.method) === i,
  )

/** What a probe sent, and what came back on the path when it was well. */
const sending = ({ pings, icmpBytes, offeredPps, spacingMs, rttMedianMs, rttMaxMs }: ProbeSummary): string =>
  [
    pings > 1 ? `${pings} pings in different phase` : 'ping',
    icmpBytes != null ? `ICMP of ${icmpBytes} bytes` : [],
    offeredPps != null ? `${offeredPps.toFixed(0)}/s offered` : [],
    spacingMs !== null ? `every ${spacingMs.toFixed(1)} ms` : [],
    rttMedianMs !== null && rttMaxMs !== null
      ? `RTT ${rttMedianMs.toFixed(2)} ms, largest ${rttMaxMs.toFixed(2)} ms`
      : [],
  ]
    .flat()
    .join(', ')

/** How the traffic was captured, told from the rest, and judged. */
function capturing({ spacingMs, gapMs, binMs }: WanReport, captures: readonly CaptureView[]): string {
  const told = captures.some(({ traffic }) => traffic?.isByRate)
    ? 'the traffic told from the router’s own packets by its lengths and, on NICs where those have them too, by its rate'
    : 'the traffic told from the router’s own packets by its lengths'
  return [
    `${captures.length} captures of headers, each NIC in each direction; those on the router’s side of the links are judged (TBM)`,
    told,
    spacingMs === null ? [] : `a packet every ${spacingMs.toFixed(1)} ms (99 %)`,
    `pauses longer than ${duration(gapMs)} over all links together are gaps`,
    'error of a gap: the time between two packets at either end, and for answers their round trip',
    `path in use: what carries 60 % or more of a stretch of ${duration(binMs)}`,
  ]
    .flat()
    .join('; ')
}

function t0Text(fault: Stamped, context: RunContext | null): string {
  const { interval, clock } = statedBy(fault, context?.clocks)
  const within = `within ${(interval.toMs - interval.fromMs).toFixed(1)} ms`
  return clock === null
    ? `${within} on the dashboard's clock: that of ${fault.clock} was set meanwhile`
    : `${within} on the clock of ${clock}`
}

/** How it was measured, with what, and how sure the clocks are. */
export const Method = memo(function Method({ detail, lab }: { detail: RunDetail; lab: AnyPublicLab | null }) {
  const { report, context, measurements, captures } = detail
  const fault = measuredFault(detail.faults)
  const named = [
    ['Software', context?.softwareVersions ?? {}],
    ['Tools', context?.toolVersions ?? {}],
  ] as const
  // Below what is there from the beginning: it comes in mid-run.
  const later = detail.faults.filter((each) => each !== fault && each.link)
  const clocks = Object.entries(context?.clocks ?? {})
  const cluster = clusterLab(lab)?.cluster
  if (!report && !context && !fault) return null
  return (
    <Panel title="Method" bodyClassName="p-0">
      <dl className="divide-y">
        {distinct(measurements).map((m) => (
          <Row key={`${m.id}${m.source}`} name={`${m.title}, ${m.method}, ${m.source}`}>
            {measurement(m)}
          </Row>
        ))}
        {report && report.probes.length > 0 ? (
          <Row name="Probes">
            {report.probes.map((probe) => (
              <div key={probe.stream}>
                {probe.title} <span className="text-muted">{sending(probe)}</span>
              </div>
            ))}
          </Row>
        ) : null}
        {report?.wan ? <Row name="Captures">{capturing(report.wan, captures)}</Row> : null}
        {report?.wan?.doubts.map((doubt) => (
          <Row key={doubt} name="Why nothing is told from the captures">
            {doubt}
          </Row>
        ))}
        {fault ? (
          <Row name="Fault">
            {fault.title}; T0 {t0Text(fault, context)}
          </Row>
        ) : null}
        {lab ? (
          <Row name="Thresholds">
            late after {lab.expectations.forwardingDelayThresholdMs} ms; recovered when as in the baseline for{' '}
            {lab.expectations.validationMs} ms
          </Row>
        ) : null}
        {cluster ? (
          <Row name="Device timers">
            heartbeat {cluster.heartbeat.intervalMs} ms × {cluster.heartbeat.threshold},{' '}
            {cluster.preempt ? 'preempt' : 'no preempt'}, GARP × {cluster.garpCount}
          </Row>
        ) : null}
        {clocks.length > 0 ? (
          <Row name="Clocks against the dashboard">
            {clocks.map(([name, { offsetMs, errorMs }]) => (
              <div key={name}>
                {name}{' '}
                <span className="text-muted">
                  {offsetMs.toFixed(2)} ± {errorMs.toFixed(2)} ms
                </span>
              </div>
            ))}
          </Row>
        ) : null}
        {context && context.switches.length > 0 ? <Row name="Switches on">{context.switches.join(', ')}</Row> : null}
        {named.map(([name, versions]) =>
          Object.keys(versions).length === 0 ? null : (
            <Row key={name} name={name}>
              {pairs(versions)}
            </Row>
          ),
        )}
        {later.map((each) => (
          <Row key={each.seq} name="Later change of a link">
            {each.title}; {t0Text(each, context)}
          </Row>
        ))}
        {report?.notes.map((note) => (
          <Row key={note} name="Note">
            {note}
          </Row>
        ))}
      </dl>
    </Panel>
  )
})
