import { Mark, TONE_TEXT } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { criteriaMatrix } from '@/app/lib/compare/matrix'
import { cx } from '@/app/lib/cx'
import { VERDICT } from '@/app/lib/run/words'
import type { RunDetail } from '@/server/domain/detail'
import type { CriterionResult } from '@/server/domain/run'

/** Criterion by run: verdict by word, shape and colour, what was measured, and why where it did not pass. */
export function CriteriaMatrix({ runs }: { runs: RunDetail[] }) {
  const rows = criteriaMatrix(runs.map(({ summary, criteria }) => ({ id: summary.id, criteria })))
  return (
    <Panel title="Criteria" bodyClassName="p-0">
      {rows.length === 0 ? <p className="px-3 py-2 text-muted">Nothing was judged in these runs.</p> : null}
      {rows.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
        <section className="relative overflow-x-auto" tabIndex={0} aria-label="Criteria by run">
          <table className="w-full border-collapse text-left">
            <thead>
              <tr className="border-b">
                <th scope="col" className="sticky left-0 z-10 bg-panel px-3 py-2 font-medium text-muted">
                  Criterion
                </th>
                {runs.map(({ summary }) => (
                  <th key={summary.id} scope="col" className="whitespace-nowrap px-3 py-2 font-medium">
                    <Link className="link" href={`/runs/${encodeURIComponent(summary.id)}`}>
                      {summary.id}
                    </Link>{' '}
                    <span className="text-muted">{summary.case}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} className="border-b align-top last:border-b-0" data-criterion={row.id}>
                  <th
                    scope="row"
                    className="sticky left-0 z-10 w-28 min-w-28 max-w-72 bg-panel px-3 py-1.5 font-medium sm:min-w-56"
                  >
                    {row.title}
                    {row.limit ? <span className="block font-normal text-muted text-xs">limit {row.limit}</span> : null}
                  </th>
                  {row.cells.map((cell, i) => (
                    <td key={runs[i]?.summary.id} className="min-w-44 px-3 py-1.5" data-verdict={cell?.verdict}>
                      <Judged result={cell} ownLimit={row.limitsDiffer} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </Panel>
  )
}

function Judged({ result, ownLimit }: { result: CriterionResult | null; ownLimit: boolean }) {
  if (!result) return <span className="text-muted">not judged</span>
  const { tone, text } = VERDICT[result.verdict]
  return (
    <>
      <span className={cx('whitespace-nowrap font-semibold text-xs', TONE_TEXT[tone])}>
        <span aria-hidden>
          <Mark tone={tone} label={text} />
        </span>
        {text}
      </span>
      {result.measured ? <span className="block">{result.measured.text}</span> : null}
      {ownLimit && result.limit ? <span className="block text-muted text-xs">limit {result.limit.text}</span> : null}
      {result.verdict === 'pass' ? null : <span className="block text-muted text-xs">{result.reason}</span>}
    </>
  )
}
