import type { ReactNode } from 'react'
import { Badge } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { when, whenLong } from '@/app/lib/format'
import { paramWords } from '@/app/lib/lab/case-words'
import { VERDICT } from '@/app/lib/run/words'
import type { ParamField } from '@/server/domain/case'
import type { Expectation, Measured } from '@/server/domain/expectations'
import { formatBitPerS, formatMs } from '@/server/domain/format'

const GRID = 'grid gap-x-4 gap-y-1 lg:grid-cols-[13rem_7rem_minmax(0,1.3fr)_11rem_minmax(0,1fr)]'
const HEADS = ['Expectation', 'Expected', 'Measured', 'When', 'Minimum / median / maximum']

/** Heads of the columns, where there is room for columns; narrower, each value has its own. */
export const Heads = () => (
  <div aria-hidden className={`hidden border-b px-3 py-2 text-muted lg:grid ${GRID}`}>
    {HEADS.map((head) => (
      <span key={head}>{head}</span>
    ))}
  </div>
)

type Props = {
  row: Expectation
  lab: string
  /** The parameters of its case; none where this version does not have it. */
  fields: readonly ParamField[]
}

/** One expectation with the latest measurement against it. */
export function ExpectationRow({ row, lab, fields }: Props) {
  const { title, expected, latest, spread, unit, note } = row
  const format = unit === 'ms' ? formatMs : formatBitPerS
  return (
    <li className="px-3 py-2.5" data-expectation={row.id}>
      <div className={`${GRID} tabular-nums`}>
        <h3 className="font-semibold">{title}</h3>
        <dl className="contents">
          <Cell head="Expected">{expected.text}</Cell>
          <Cell head="Measured">
            {latest ? <Value measured={latest} fields={fields} /> : <NotYet row={row} lab={lab} fields={fields} />}
          </Cell>
          <Cell head="When">
            {latest ? (
              <Link className="link" href={`/runs/${encodeURIComponent(latest.run)}`}>
                <time dateTime={new Date(latest.atMs).toISOString()} title={whenLong(latest.atMs)}>
                  {when(latest.atMs)}
                </time>
              </Link>
            ) : (
              <Nothing />
            )}
          </Cell>
          <Cell head="Minimum / median / maximum">
            {spread ? (
              <>
                {format(spread.min)} / {format(spread.median)} / {format(spread.max)}{' '}
                <span className="text-muted">
                  of {spread.count} {spread.count === 1 ? 'run' : 'runs'}
                </span>
              </>
            ) : (
              <Nothing />
            )}
          </Cell>
        </dl>
        {note ? <p className="max-w-prose text-muted text-xs lg:col-span-full">{note}</p> : null}
      </div>
    </li>
  )
}

const Nothing = () => <span className="text-muted">–</span>

const Cell = ({ head, children }: { head: string; children: ReactNode }) => (
  <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-2 lg:block">
    <dt className="text-muted lg:sr-only">{head}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </div>
)

function Value({ measured, fields }: { measured: Measured; fields: readonly ParamField[] }) {
  const { tone, text } = VERDICT[measured.verdict]
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <strong className="font-semibold">{measured.text}</strong>
      <Badge tone={tone}>{text}</Badge>
      <span className="basis-full text-muted text-xs">{paramWords(fields, measured.params).join(', ')}</span>
    </span>
  )
}

function NotYet({ row, lab, fields }: Props) {
  const { id, isThere, params } = row.case
  if (!isThere) return <span className="text-muted">not measured yet: no case of this version does</span>
  return (
    <span className="text-muted">
      not measured yet:{' '}
      <Link className="link" href={`/cases?lab=${encodeURIComponent(lab)}&case=${encodeURIComponent(id)}`}>
        {[id, ...paramWords(fields, params)].join(', ')}
      </Link>{' '}
      measures it
    </span>
  )
}
