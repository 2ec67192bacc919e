'use client'
import { STATE_TEXT, stateLook } from '@/app/components/timeline/state-lane'
import { Badge } from '@/app/components/ui/badge'
import { Panel } from '@/app/components/ui/panel'
import { Skeleton } from '@/app/components/ui/skeleton'
import { cx } from '@/app/lib/cx'
import { clusterView, type LabView, type NodeLive, type Seen, weightOf } from '@/app/lib/lab/live-view'
import type { NodeRow } from '@/server/domain/cluster'
import type { PublicLab } from '@/server/domain/views'

/** Per redundancy group what each node says of both: where they differ, it shows. */
export function ClusterTable({ lab, live }: { lab: PublicLab; live: LabView | null }) {
  const nodes = lab.cluster.nodes.map((n) => n.name)
  const seen = clusterView(live?.nodes ?? [])
  const groups = lab.cluster.redundancyGroups
  return (
    <Panel
      title="Cluster status"
      bodyClassName="p-0"
      aside={
        <span className="text-muted text-xs">
          heartbeat {lab.cluster.heartbeat.intervalMs} ms × {lab.cluster.heartbeat.threshold}
        </span>
      }
    >
      <div className="grid gap-x-6 border-b px-3 py-2 text-xs sm:grid-cols-2">
        {nodes.map((node) => (
          <Answer key={node} node={node} live={live?.nodes.find((n) => n.node === node)} />
        ))}
      </div>
      {live ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
        <section className="overflow-x-auto" tabIndex={0} aria-label="Cluster status per redundancy group">
          <table className="w-full text-left">
            <thead>
              <tr className="border-b text-muted">
                <Head>Group</Head>
                <Head>Node</Head>
                {nodes.map((node) => (
                  <Head key={node}>as {node} sees it</Head>
                ))}
                <Head>Views</Head>
                <Head>Priority</Head>
                <Head>Weight</Head>
                <Head>Preempt</Head>
                <Head>Manual</Head>
                <Head>Monitors</Head>
              </tr>
            </thead>
            <tbody>
              {groups.flatMap((group) =>
                nodes.map((node) => (
                  <Row
                    key={`${group.id} ${node}`}
                    group={group}
                    node={node}
                    nodes={nodes}
                    entry={seen.find((s) => s.redundancyGroup === group.id && s.node === node)}
                    weight={weightOf(live.nodes, node, group.id)}
                    silent={live.nodes.filter((n) => n.answer.kind !== 'status').map((n) => n.node)}
                  />
                )),
              )}
            </tbody>
          </table>
        </section>
      ) : (
        <Skeleton className="m-3 h-52" label="Waiting for the nodes' answers" />
      )}
    </Panel>
  )
}

const Head = ({ children }: { children: React.ReactNode }) => (
  <th scope="col" className="whitespace-nowrap px-2 py-1.5 font-medium">
    {children}
  </th>
)

type RowProps = {
  group: PublicLab['cluster']['redundancyGroups'][number]
  node: string
  nodes: string[]
  entry: Seen | undefined
  weight: number | null
  /** Nodes that gave no readable answer. */
  silent: string[]
}

function Row({ group, node, nodes, entry, weight, silent }: RowProps) {
  const rows = Object.values(entry?.by ?? {}).filter((row) => row !== null)
  const best = entry?.by[node] ?? rows[0]
  const failures = [...new Set(rows.flatMap((row) => row.monitorFailures))]
  return (
    <tr className="border-b last:border-b-0" data-group={group.id} data-node={node}>
      <td className="whitespace-nowrap px-2 py-1.5">
        RG{group.id} <span className="text-muted">{group.title}</span>
      </td>
      <td className="px-2 py-1.5">{node}</td>
      {nodes.map((asked) => (
        <td key={asked} className="px-2 py-1.5">
          <State row={entry?.by[asked] ?? null} missing={silent.includes(asked) ? 'no answer' : 'not listed'} />
        </td>
      ))}
      <td className="min-w-24 px-2 py-1.5">
        {entry?.disagree ? <Badge tone="unsure">disagree</Badge> : rows.length > 1 ? 'agree' : '–'}
      </td>
      <td className="px-2 py-1.5">{best?.priority ?? '–'}</td>
      <td className="px-2 py-1.5">{weight ?? '–'}</td>
      <td className="px-2 py-1.5">{yesNo(best?.preempt)}</td>
      <td className={cx('px-2 py-1.5', best?.manual && 'font-semibold text-unsure')}>{yesNo(best?.manual)}</td>
      <td className={cx('px-2 py-1.5', failures.length > 0 && 'font-semibold text-fail')}>
        {failures.length > 0 ? `✕ ${failures.join(', ')}` : rows.length > 0 ? 'none' : '–'}
      </td>
    </tr>
  )
}

const yesNo = (value: boolean | null | undefined): string => (value == null ? '–' : value ? 'yes' : 'no')

const State = ({ row, missing }: { row: NodeRow | null; missing: string }) => (
  <span
    title={row?.stateText}
    className={cx('inline-block w-24 border px-1 text-center text-xs leading-5', stateLook(row?.state ?? 'unknown'))}
  >
    {row ? STATE_TEXT[row.state] : <span className="bg-panel px-1">{missing}</span>}
  </span>
)

function Answer({ node, live }: { node: string; live: NodeLive | undefined }) {
  const answer = live?.answer
  const text =
    answer === undefined
      ? 'not asked yet'
      : answer.kind === 'status'
        ? `answers${answer.status.softwareVersion ? `, ${answer.status.softwareVersion}` : ''}`
        : answer.kind === 'not-clustered'
          ? 'says: chassis cluster is not enabled'
          : `${answer.kind === 'garbled' ? 'unreadable answer' : 'no answer'}: ${answer.reason}`
  return (
    <p className={cx('min-w-0 break-words', answer && answer.kind !== 'status' && 'text-fail')}>
      <span className="font-medium">{node}</span> {text}
    </p>
  )
}
