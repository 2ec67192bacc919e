import type { ReactNode } from 'react'
import type { Difference } from '@/app/lib/compare/difference'
import { count, measurement, measurementParts } from '@/app/lib/format'
import type { RunDetail } from '@/server/domain/detail'
import { formatDifference } from '@/server/domain/format'
import type { Measurement } from '@/server/domain/run'

export const None = ({ children = '–' }: { children?: ReactNode }) => <span className="text-muted">{children}</span>

/** The headline time with error, method and source; by its own name where the runs state different ones. */
export function TimeCell({ time, named }: { time: Measurement | null; named: boolean }) {
  if (!time) return <None>not measured</None>
  const { value, error } = measurementParts(time)
  return (
    <>
      {named ? <span className="block text-xs">{time.title}</span> : null}
      <strong className="font-semibold">{value}</strong> <span className="text-muted">{error}</span>
      <span className="block text-muted text-xs">
        {time.method}, {time.source}
      </span>
    </>
  )
}

type DifferenceProps = { difference: Difference | null; isReference: boolean; hasTime: boolean }

export function DifferenceCell({ difference, isReference, hasTime }: DifferenceProps) {
  if (isReference) return <None>reference</None>
  if (!difference) return <None>{hasTime ? 'not the same time' : '–'}</None>
  return (
    <>
      <span className="font-semibold">{formatDifference(difference).split(' (')[0]}</span>{' '}
      <span className="text-muted">({formatDifference(difference).split(' (')[1]}</span>
      <span className="block text-muted text-xs">
        {difference.withinError ? '= within the error' : difference.ms > 0 ? '▲ longer' : '▼ shorter'}
      </span>
    </>
  )
}

export function DetectionCell({ measurements }: Pick<RunDetail, 'measurements'>) {
  const detection = measurements.find(({ id }) => id === 'detectionTime')
  if (!detection) return <None>not seen</None>
  return (
    <>
      {measurement(detection)}
      <span className="block text-muted text-xs">{detection.source}</span>
    </>
  )
}

/** Lost of offered, per probe. */
export function LossCell({ report }: Pick<RunDetail, 'report'>) {
  if (!report || report.probes.length === 0) return <None />
  return (
    <ul>
      {report.probes.map(({ stream, title, lost, offered, crossesCluster }) => (
        <li key={stream} className={crossesCluster ? undefined : 'text-muted'}>
          {title} <span className="font-semibold">{count(lost)}</span> of {count(offered)}
        </li>
      ))}
    </ul>
  )
}
