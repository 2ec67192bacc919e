import { Badge } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { Panel } from '@/app/components/ui/panel'
import { cx } from '@/app/lib/cx'
import { runBadge } from '@/app/lib/run/words'
import type { CaseView } from '@/server/domain/case'
import type { LabState } from '@/server/domain/views'

type Props = { lab: string; cases: CaseView[]; current: string | undefined; state: LabState | undefined }

const href = (lab: string, id: string) => `/cases?lab=${encodeURIComponent(lab)}&case=${encodeURIComponent(id)}`

/** All cases, with what each showed last on this lab. */
export const CaseList = ({ lab, cases, current, state }: Props) => (
  <Panel title="All cases" bodyClassName="p-0">
    <ul className="divide-y">
      {cases.map((view) => {
        const last = state?.lastResults[view.id]
        const badge = last && runBadge(last)
        return (
          <li key={view.id}>
            <Link
              href={href(lab, view.id)}
              aria-current={view.id === current ? 'true' : undefined}
              className={cx(
                'grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-3 border-l-2 px-3 py-2 hover:bg-sunk',
                view.id === current ? 'border-ink bg-sunk' : 'border-transparent',
              )}
            >
              <span>
                <span className="font-semibold">{view.id}</span> {view.title}
                {view.blocked ? <span className="block text-muted text-xs">○ blocked on this lab</span> : null}
              </span>
              {badge ? (
                <Badge tone={badge.tone}>{badge.text}</Badge>
              ) : (
                <span className="text-muted text-xs">never run</span>
              )}
            </Link>
          </li>
        )
      })}
    </ul>
  </Panel>
)
