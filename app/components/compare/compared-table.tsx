'use client'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Badge } from '@/app/components/ui/badge'
import { Button } from '@/app/components/ui/button'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { differenceOf } from '@/app/lib/compare/difference'
import { differingParams } from '@/app/lib/compare/params'
import { cx } from '@/app/lib/cx'
import { limit, when, whenLong } from '@/app/lib/format'
import { runBadge } from '@/app/lib/run/words'
import type { RunDetail } from '@/server/domain/detail'
import { DetectionCell, DifferenceCell, LossCell, None, TimeCell } from './cells'

type Props = {
  runs: RunDetail[]
  referenceId: string
  onReference: (id: string) => void
  onRemove: (id: string) => void
}

/** One row per run: what it was, what it showed, and how far from the reference. */
export function ComparedTable({ runs, referenceId, onReference, onRemove }: Props) {
  const reference = runs.find(({ summary }) => summary.id === referenceId)?.summary.failoverTime ?? null
  const titles = [...new Set(runs.flatMap(({ summary }) => summary.failoverTime?.title ?? []))]
  const params = differingParams(runs.map(({ summary }) => summary))
  const shared = { named: titles.length > 1, reference, referenceId, onReference, onRemove }
  return (
    <Panel
      title={`${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`}
      bodyClassName="p-0"
      aside={<span className="text-muted text-xs">errors of a difference add up</span>}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard */}
      <section className="relative overflow-x-auto" tabIndex={0} aria-label="Table of compared runs">
        <table className="w-full border-collapse text-left">
          <thead>
            <tr className="border-b">
              <Head sticky>Run</Head>
              <Head>Reference</Head>
              <Head>Case, lab, version</Head>
              <Head>{titles.length === 1 ? titles[0] : 'Time'}</Head>
              <Head>Difference</Head>
              <Head>Limit</Head>
              <Head>Detection</Head>
              <Head>Lost probes</Head>
              <Head>
                <span className="sr-only">Remove</span>
              </Head>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row key={run.summary.id} run={run} params={params.get(run.summary.id) ?? []} {...shared} />
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  )
}

const Head = ({ sticky = false, children }: { sticky?: boolean; children: ReactNode }) => (
  <th
    scope="col"
    className={cx('whitespace-nowrap px-3 py-2 font-medium text-muted', sticky && 'sticky left-0 z-10 bg-panel')}
  >
    {children}
  </th>
)

const Cell = ({ children }: { children: ReactNode }) => <td className="whitespace-nowrap px-3 py-1.5">{children}</td>

type RowProps = Omit<Props, 'runs'> & {
  run: RunDetail
  params: string[]
  named: boolean
  reference: RunDetail['summary']['failoverTime']
}

function Row({ run, params, named, reference, referenceId, onReference, onRemove }: RowProps) {
  const { summary, faults } = run
  const { id, failoverTime: time } = summary
  const badge = runBadge(summary)
  const startedMs = summary.startedAt ?? summary.createdAt
  return (
    <tr className="border-b align-top last:border-b-0" data-run={id}>
      <th scope="row" className="sticky left-0 z-10 whitespace-nowrap bg-panel px-3 py-1.5 font-normal">
        <Link className="link font-semibold" href={`/runs/${encodeURIComponent(id)}`}>
          {id}
        </Link>
        <span className="block">
          <Badge tone={badge.tone}>{badge.text}</Badge>
        </span>
        <time
          className="block text-muted text-xs"
          dateTime={new Date(startedMs).toISOString()}
          title={whenLong(startedMs)}
        >
          {when(startedMs)}
        </time>
      </th>
      <Cell>
        <input
          type="radio"
          name="reference"
          aria-label={`Compare with run ${id}`}
          checked={id === referenceId}
          onChange={() => onReference(id)}
          className="size-4 align-middle"
        />
      </Cell>
      <td className="min-w-44 px-3 py-1.5">
        <span className="font-semibold">{summary.case}</span> {summary.caseTitle}
        {params.map((text) => (
          <span key={text} className="block text-xs">
            {text}
          </span>
        ))}
        {faults.length === 0 ? <span className="block text-unsure text-xs">? no fault, no T0</span> : null}
        <span className="block text-muted text-xs">
          {summary.labTitle}, {summary.softwareVersion ?? 'version unknown'}
        </span>
      </td>
      <Cell>
        <TimeCell time={time} named={named} />
      </Cell>
      <Cell>
        <DifferenceCell
          difference={differenceOf(time, reference)}
          isReference={id === referenceId}
          hasTime={time !== null && reference !== null}
        />
      </Cell>
      <Cell>{summary.limitMs === null ? <None /> : limit(summary.limitMs)}</Cell>
      <Cell>
        <DetectionCell measurements={run.measurements} />
      </Cell>
      <Cell>
        <LossCell report={run.report} />
      </Cell>
      <Cell>
        <Button kind="ghost" size="icon" aria-label={`Remove run ${id}`} title="Remove" onClick={() => onRemove(id)}>
          <X aria-hidden />
        </Button>
      </Cell>
    </tr>
  )
}
