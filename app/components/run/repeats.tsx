import { Link } from '@/app/components/ui/link'
import { compareHref, repeatHref } from '@/app/lib/compare/url-state'
import { Notice } from './notices'

/** The runs that were started together with this one, and where they stand side by side. */
export function Repeats({ id, ids }: { id: string; ids: readonly string[] }) {
  if (ids.length < 2) return null
  const at = ids.indexOf(id) + 1
  return (
    <Notice tone="neutral" title={at > 0 ? `Repeat ${at} of ${ids.length}` : `${ids.length} repeats`}>
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        {ids.map((one, index) =>
          one === id ? null : (
            <Link key={one} className="link" href={repeatHref(one, ids)}>
              Repeat {index + 1}
            </Link>
          ),
        )}
        <Link className="link" href={compareHref(ids)}>
          Compare all {ids.length}
        </Link>
      </p>
    </Notice>
  )
}
