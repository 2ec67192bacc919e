import type { Report } from '@/server/domain/run'

/** What stands at the top for a case that measures no time: a quantity against its limit. */
export function Figure({ figure }: { figure: Report['figure'] }) {
  if (!figure) return null
  const [value, ...more] = (figure.measured?.text ?? '').split(/(?= \()/)
  return (
    <p className="flex min-h-9 flex-wrap items-baseline gap-x-3" data-testid="figure">
      <span className="text-muted">{figure.title}</span>
      {value ? (
        <>
          <strong className="font-semibold text-3xl leading-9">{value}</strong>
          <span className="text-base">{more.join('').trim()}</span>
        </>
      ) : (
        <span className="text-base text-muted leading-9">not measured</span>
      )}
      {figure.limit ? <span className="text-muted">limit {figure.limit.text}</span> : null}
    </p>
  )
}
