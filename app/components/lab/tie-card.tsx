'use client'
import { cx } from '@/app/lib/cx'
import type { Tie } from '@/app/lib/lab/topology'

type Props = { tie: Tie; primaries: string[] | null; live: boolean }

/** A RETH with the node that holds it, or a link between the nodes. */
export function TieCard({ tie, primaries, live }: Props) {
  const split = (primaries?.length ?? 0) > 1
  return (
    <article
      data-tie={tie.id}
      className={cx('rounded border bg-panel px-2 py-1.5 text-xs leading-4', split ? 'border-fail' : 'border-edge')}
    >
      <h3 className="font-semibold text-sm">{tie.title}</h3>
      {tie.lines.map((line) => (
        <p key={line} className="break-words text-muted">
          {line}
        </p>
      ))}
      {primaries && tie.redundancyGroup !== null ? (
        <p className={cx('mt-1', split || (live && primaries.length === 0) ? 'font-semibold text-fail' : '')}>
          RG{tie.redundancyGroup}:{' '}
          {split ? `✕ both: ${primaries.join(', ')}` : (primaries[0] ?? (live ? '✕ nobody' : '…'))}
        </p>
      ) : null}
    </article>
  )
}
