'use client'
import { Link } from '@/app/components/ui/link'
import { when } from '@/app/lib/format'
import type { LabState } from '@/server/domain/views'

const OPERATIONS = ['link-impair', 'links-good', 'wanulator-restart']

/** The newest run here, where that is a change of links by hand that went wrong: who asked for it stayed on this page. */
export function LastOperation({ state }: { state: LabState | undefined }) {
  const [last] = Object.values(state?.lastResults ?? {}).toSorted((a, b) => b.createdAt - a.createdAt)
  if (!last || !OPERATIONS.includes(last.case) || last.ending === 'cancelled') return null
  if (last.ending === 'completed' && last.verdict === 'pass') return null
  return (
    <p role="alert" className="mb-2 rounded border border-fail bg-fail-soft px-3 py-2">
      <span className="font-semibold text-fail">
        ✕ {last.caseTitle}: {last.ending === 'completed' ? last.verdict : last.ending}
      </span>{' '}
      {last.message ? `${last.message} ` : ''}
      <Link className="link" href={`/runs/${encodeURIComponent(last.id)}`}>
        {when(last.startedAt ?? last.createdAt)}
      </Link>
    </p>
  )
}
