import { GitCompareArrows } from 'lucide-react'
import { Button } from '@/app/components/ui/button'
import { Link } from '@/app/components/ui/link'
import { compareHref } from '@/app/lib/compare/url-state'
import { COMPARE_MAX, COMPARE_MIN } from '@/server/domain/compare'

type Props = { selected: readonly string[]; onClear: () => void }

function hint(count: number): string {
  if (count >= COMPARE_MAX) return `${COMPARE_MAX} are ticked, the most that can be compared`
  if (count >= COMPARE_MIN) return `up to ${COMPARE_MAX}`
  return `tick ${COMPARE_MIN} to ${COMPARE_MAX} runs`
}

/** Stays below the top bar while the runs scroll; always there, so that nothing moves with the first tick. */
export function CompareBar({ selected, onClear }: Props) {
  const count = selected.length
  const text = `Compare (${count})`
  return (
    <div className="sticky top-12 z-20 flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-panel px-3 py-1.5">
      {count >= COMPARE_MIN ? (
        <Button asChild kind="solid">
          <Link href={compareHref(selected)}>
            <GitCompareArrows aria-hidden /> {text}
          </Link>
        </Button>
      ) : (
        <Button kind="solid" disabled>
          <GitCompareArrows aria-hidden /> {text}
        </Button>
      )}
      <Button kind="ghost" disabled={count === 0} onClick={onClear}>
        Clear
      </Button>
      <span className="text-muted text-xs" aria-live="polite">
        {hint(count)}
      </span>
    </div>
  )
}
