'use client'
import { useQuery } from '@tanstack/react-query'
import { LabHeading } from '@/app/components/lab/lab-heading'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { useTRPC } from '@/app/lib/trpc'
import { ExpectationRow, Heads } from './expectation-row'

/** The plan's performance expectations of a lab: expected, measured, when. */
export function ExpectationsPage({ lab }: { lab: string }) {
  const trpc = useTRPC()
  const declared = useQuery(trpc.labs.get.queryOptions({ lab })).data?.lab
  const expectations = useQuery(trpc.labs.expectations.queryOptions({ lab }))
  const cases = useQuery(trpc.cases.list.queryOptions({ lab }))
  const { error } = expectations
  // Not before the titles of the parameters are known, or known not to come.
  const data = cases.isPending ? undefined : expectations.data
  const fieldsOf = (id: string) => cases.data?.find((view) => view.id === id)?.fields ?? []
  const first = data?.rows.find(({ unit, case: { isThere } }) => unit === 'ms' && isThere)?.case.id
  const isEmpty = data?.rows.every(({ latest }) => latest === null)
  return (
    <div className="grid gap-3">
      <header>
        <LabHeading lab={lab} labTitle={declared?.title ?? null} heading="Performance expectations">
          What the plan expects of this lab, and what its completed runs measured. Runs with a switch on, in which the
          lab misbehaved on purpose, do not count.
        </LabHeading>
      </header>
      {error ? (
        <ErrorBox error={error} doing="Could not read the history" onRetry={() => expectations.refetch()} />
      ) : null}
      {data || error ? null : <Skeleton className="h-80" label="Reading the history" />}
      {isEmpty ? (
        <p className="rounded border bg-panel px-3 py-2">
          Nothing was measured here yet. Run {first ?? 'a case'} from the{' '}
          <Link className="link" href={`/labs/${encodeURIComponent(lab)}`}>
            Lab page
          </Link>
          {first ? ': it measures the failover.' : '.'}
        </p>
      ) : null}
      {data ? (
        <Panel title="Expected and measured" bodyClassName="p-0">
          <Heads />
          <ul className="divide-y">
            {data.rows.map((row) => (
              <ExpectationRow key={row.id} row={row} lab={lab} fields={fieldsOf(row.case.id)} />
            ))}
          </ul>
        </Panel>
      ) : null}
      {data ? <Notes runsRead={data.runsRead} hasThroughput={data.rows.some(({ unit }) => unit === 'bit/s')} /> : null}
    </div>
  )
}

const Notes = ({ runsRead, hasThroughput }: { runsRead: number; hasThroughput: boolean }) => (
  <div className="grid max-w-prose gap-1 text-muted text-xs">
    {hasThroughput ? (
      <p>
        Throughput is measured through both interfaces of the primary: the slower one limits it. WAN is traffic towards
        the WAN (upload), LAN towards the LAN (download).
      </p>
    ) : null}
    <p>
      Minimum, median and maximum are over the runs with the same parameters as the latest one, of the last {runsRead}{' '}
      completed runs of that case.
    </p>
  </div>
)
