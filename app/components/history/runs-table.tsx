'use client'
import { createColumnHelper, flexRender, getCoreRowModel, useReactTable } from '@tanstack/react-table'
import { Badge } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { cx } from '@/app/lib/cx'
import { limit, measurementParts, when, whenLong } from '@/app/lib/format'
import { ENDING, runBadge } from '@/app/lib/run/words'
import type { RunSummary } from '@/server/domain/run'

const column = createColumnHelper<RunSummary>()

type Select = {
  selected: readonly string[] /** No further one can be ticked. */
  full: boolean
  onSelect: (id: string, on: boolean) => void
}

const COLUMNS = [
  column.display({
    id: 'case',
    header: 'Case',
    cell: ({ row: { original: run } }) => (
      <Link href={`/runs/${encodeURIComponent(run.id)}`} className="link">
        <span className="font-semibold">{run.case}</span>
        <span className="hidden sm:inline"> {run.caseTitle}</span>
      </Link>
    ),
  }),
  column.display({
    id: 'verdict',
    header: 'Verdict',
    cell: ({ row }) => {
      const { tone, text } = runBadge(row.original)
      return <Badge tone={tone}>{text}</Badge>
    },
  }),
  column.display({
    id: 'time',
    header: 'Time',
    cell: ({ row: { original: run } }) =>
      run.failoverTime ? (
        <>
          <span className="block text-muted text-xs">{run.failoverTime.title}</span>
          <span className="font-semibold">{measurementParts(run.failoverTime).value}</span>{' '}
          <span className="block text-muted sm:inline">{measurementParts(run.failoverTime).error}</span>
        </>
      ) : (
        <span className="text-muted">–</span>
      ),
  }),
  column.accessor('limitMs', {
    header: 'Limit',
    cell: ({ getValue }) => (getValue() === null ? '–' : limit(getValue() ?? 0)),
  }),
  column.accessor('labTitle', { header: 'Lab' }),
  column.accessor('softwareVersion', { header: 'Version', cell: ({ getValue }) => getValue() ?? '–' }),
  column.display({
    id: 'when',
    header: 'Started',
    cell: ({ row: { original: run } }) => {
      const at = run.startedAt ?? run.createdAt
      return (
        <time dateTime={new Date(at).toISOString()} title={whenLong(at)}>
          {when(at)}
        </time>
      )
    },
  }),
  column.display({
    id: 'ending',
    header: 'Ending',
    cell: ({ row: { original: run } }) => (
      <span className={run.dirty ? 'text-fail' : undefined}>
        {run.ending ? ENDING[run.ending].text : run.phase}
        {run.dirty ? ', lab left changed' : ''}
      </span>
    ),
  }),
]

/** On a phone the less important columns give way; the table scrolls before it breaks. */
const HIDDEN: Record<string, string> = {
  limitMs: 'hidden lg:table-cell',
  softwareVersion: 'hidden lg:table-cell',
  labTitle: 'hidden md:table-cell',
  ending: 'hidden sm:table-cell',
}

export function RunsTable({ runs, ...select }: { runs: RunSummary[] } & Select) {
  const table = useReactTable({
    data: runs,
    columns: COLUMNS,
    getCoreRowModel: getCoreRowModel(),
    getRowId: (run) => run.id,
  })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
    <section className="relative overflow-x-auto" tabIndex={0} aria-label="Table of runs">
      <table className="w-full border-collapse text-left">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b">
              <th scope="col" className="py-2 pl-3 text-left">
                <span className="sr-only">Compare</span>
              </th>
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  className={cx('whitespace-nowrap px-3 py-2 font-medium text-muted', HIDDEN[header.column.id])}
                >
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} className="border-b last:border-b-0 hover:bg-sunk" data-run={row.id}>
              <td className="py-1.5 pl-3">
                <SelectBox id={row.id} {...select} />
              </td>
              {row.getVisibleCells().map((cell) => (
                <td key={cell.id} className={cx('whitespace-nowrap px-3 py-1.5', HIDDEN[cell.column.id])}>
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const SelectBox = ({ id, selected, full, onSelect }: Select & { id: string }) => {
  const checked = selected.includes(id)
  return (
    <input
      type="checkbox"
      aria-label={`Compare run ${id}`}
      className="size-4 align-middle"
      checked={checked}
      disabled={full && !checked}
      onChange={(event) => onSelect(id, event.target.checked)}
    />
  )
}
