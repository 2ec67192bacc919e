'use client'
import { cx } from '@/app/lib/cx'
import { naming, type Segment } from '@/app/lib/lab/topology'

/** One side of the cluster: the network and the hosts on it. */
export function SegmentCard({ segment, className }: { segment: Segment; className?: string }) {
  return (
    <article
      data-segment={segment.side}
      className={cx(
        'relative flex flex-wrap items-center gap-x-6 gap-y-2 rounded border border-edge bg-sunk px-3 py-2 text-xs',
        className,
      )}
    >
      <div>
        <h3 className="font-semibold text-sm">{segment.title}</h3>
        {segment.lines.map((line) => (
          <p key={line} className="text-muted">
            {line}
          </p>
        ))}
      </div>
      {segment.hosts.map((host) => (
        <div key={host.name} className="rounded border border-edge bg-panel px-2 py-1">
          <p className="font-semibold">{host.name}</p>
          {host.interfaces.map((i) => (
            <p key={i.linux} className="text-muted">
              {naming(i)} {i.addresses.join(', ')}
            </p>
          ))}
        </div>
      ))}
    </article>
  )
}
