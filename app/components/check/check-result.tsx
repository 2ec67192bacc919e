import { Badge } from '@/app/components/ui/badge'
import { Link } from '@/app/components/ui/link'
import { cx } from '@/app/lib/cx'
import { attention, byPlace, placeTitle, summaryOf } from '@/app/lib/lab/check-view'
import { type LabCheck, needsAttention, type Skipped } from '@/server/domain/check'
import type { AnyPublicLab } from '@/server/domain/views'
import { FindingCard } from './finding-card'
import { Fold, FoldRow } from './fold'

type Props = { check: LabCheck; lab: AnyPublicLab | undefined /** A newer one is being made. */; stale: boolean }

/** The count first, then what is wrong, then the rest by place. */
export function CheckResult({ check, lab, stale }: Props) {
  const { findings, skipped, run } = check
  const wrong = attention(findings)
  const fine = byPlace(findings.filter((finding) => !needsAttention(finding)))
  return (
    <div className={cx('grid gap-3', stale && 'opacity-60')} aria-busy={stale}>
      <p data-testid="check-summary">
        <Badge tone={wrong.length === 0 ? 'pass' : 'fail'} large>
          {summaryOf(findings)}
        </Badge>
      </p>
      {run ? <RunNotice run={run} /> : null}
      {wrong.length > 0 ? (
        <section aria-label="Needs attention">
          <div className="grid gap-4">
            {byPlace(wrong).map(({ key, place, findings: of }) => (
              <section key={key} aria-label={placeTitle(lab, place)} className="grid gap-2">
                <h2 className="font-semibold">
                  {placeTitle(lab, place)} <span className="font-normal text-muted">{of.length}</span>
                </h2>
                <ul className="grid gap-3 xl:grid-cols-2">
                  {of.map((finding) => (
                    <FindingCard key={finding.id} finding={finding} lab={lab} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </section>
      ) : null}
      {skipped.length > 0 ? <NotChecked skipped={skipped} lab={lab} /> : null}
      <section aria-label="Fine" className="grid gap-2">
        {fine.map(({ key, place, findings: of }) => (
          <Fold key={key} title={placeTitle(lab, place)} aside={`${of.length} fine`} tone="pass">
            {of.map(({ id, title, found }) => (
              <FoldRow key={id} title={title} text={found} />
            ))}
          </Fold>
        ))}
      </section>
    </div>
  )
}

function RunNotice({ run }: { run: NonNullable<LabCheck['run']> }) {
  return (
    <p className="rounded border border-running bg-running-soft px-3 py-2">
      {run.owner === null ? (
        <Link className="link" href={`/runs/${encodeURIComponent(run.id)}`}>
          Run {run.id}
        </Link>
      ) : (
        `Run ${run.id} of ${run.owner}`
      )}{' '}
      was going on: what it changes and what would disturb it was not checked. Check again when it has ended.
    </p>
  )
}

const NotChecked = ({ skipped, lab }: { skipped: Skipped[]; lab: AnyPublicLab | undefined }) => (
  <Fold title="Not checked" aside={String(skipped.length)} tone="neutral" open>
    {skipped.map(({ place, what, reason }) => (
      <FoldRow key={`${JSON.stringify(place)} ${what}`} title={`${placeTitle(lab, place)}: ${what}`} text={reason} />
    ))}
  </Fold>
)
