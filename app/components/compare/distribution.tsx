'use client'
import { valueAxis } from '@/app/components/timeline/scale'
import { Panel } from '@/app/components/ui/panel'
import { duration } from '@/app/lib/format'
import type { RepeatGroup } from '@/server/domain/compare'
import type { RunDetail } from '@/server/domain/detail'
import { type Stated, StripPlot } from './strip-plot'

type Props = { runs: RunDetail[]; groups: RepeatGroup[] }

/** Statistics of the runs that repeat each other, in the form of RFC 8219, and every single one of them. */
export function Distribution({ runs, groups }: Props) {
  const stated = runs.flatMap(({ summary }): Stated[] =>
    summary.failoverTime ? [{ ...summary, failoverTime: summary.failoverTime }] : [],
  )
  const topMs = Math.max(
    100,
    ...stated.map(({ failoverTime: { ms, plusMs } }) => ms + plusMs),
    ...groups.flatMap((group) => group.limitsMs),
  )
  const axis = valueAxis((topMs / 1000) * 1.02)
  return (
    <Panel
      title="Distribution"
      bodyClassName="grid gap-4 p-0 pb-3"
      aside={<span className="text-muted text-xs">per case and way of failing, as in RFC 8219</span>}
    >
      {groups.length === 0 ? <p className="px-3 pt-2 text-muted">None of these runs states a time.</p> : null}
      {groups.map((group) => (
        <Group
          key={`${group.case} ${group.mode} ${group.title}`}
          group={group}
          runs={stated.filter(({ id }) => group.runIds.includes(id))}
          axis={axis}
        />
      ))}
    </Panel>
  )
}

type GroupProps = { group: RepeatGroup; runs: Stated[]; axis: { max: number; ticks: number[] } }

function Group({ group, runs, axis }: GroupProps) {
  const { statistics: s, labs, softwareVersions } = group
  const figures: [string, string][] = [
    ['count', String(s.count)],
    ['min', duration(s.min)],
    ['1st percentile', duration(s.p1)],
    ['median', duration(s.median)],
    ['mean', duration(s.mean)],
    ['99th percentile', duration(s.p99)],
    ['max', duration(s.max)],
  ]
  const mixed = [
    labs.length > 1 && `${labs.length} labs`,
    softwareVersions.length > 1 && `${softwareVersions.length} versions`,
  ]
    .filter(Boolean)
    .join(' and ')
  return (
    <section
      className="border-t first:border-t-0"
      aria-label={`${group.title} of ${group.case}, ${group.mode ?? 'no fault'}`}
    >
      <h3 className="px-3 pt-2 font-semibold">
        {group.title} of {group.case}
        {group.mode ? <span className="font-normal">, {group.mode}</span> : null}
      </h3>
      {mixed ? <p className="px-3 text-unsure text-xs">? {mixed} are mixed in these figures</p> : null}
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1 px-3 py-2 sm:grid-cols-4 lg:grid-cols-7">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-muted text-xs">{name}</dt>
            <dd className="font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      <StripPlot runs={runs} limitsMs={group.limitsMs} axis={axis} />
    </section>
  )
}
