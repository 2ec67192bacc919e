import type { Difference, Finding } from '@/server/domain/check'

/** Declared and found side by side, a row for each property that differs; on a phone one below the other. */
export function DeclaredFound({ finding }: { finding: Finding }) {
  const { differences, expected, found } = finding
  if (differences.length === 0 && !expected) return <p className="break-words">{found}</p>
  const rows: Difference[] =
    differences.length > 0 ? differences : [{ what: '', declared: expected ?? '', found, where: '' }]
  return (
    <div className="grid gap-2">
      {rows.map(({ what, declared, found: is, where }) => (
        <div key={what} className="grid gap-x-3 gap-y-0.5 sm:grid-cols-2">
          {what ? (
            <p className="text-muted text-xs sm:col-span-2">
              {what} <span className="text-faint">({where})</span>
            </p>
          ) : null}
          <Side title={what ? 'Declared' : 'Expected'} text={declared} />
          <Side title="Found" text={is} />
        </div>
      ))}
    </div>
  )
}

const Side = ({ title, text }: { title: string; text: string }) => (
  <dl className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-2 break-words">
    <dt className="text-muted">{title}</dt>
    <dd>{text}</dd>
  </dl>
)
