'use client'
import { stateLook } from '@/app/components/timeline/state-lane'
import { cx } from '@/app/lib/cx'
import { type LabView, type Seen, weightOf } from '@/app/lib/lab/live-view'
import { naming, portId, sorted, traits } from '@/app/lib/lab/topology'
import type { Instance, LabInterface } from '@/server/domain/lab'
import type { PublicLab } from '@/server/domain/views'

type Props = {
  node: PublicLab['cluster']['nodes'][number]
  instance: Instance
  lab: PublicLab
  live: LabView | null
  seen: Seen[]
}

/** A node: which groups it holds, and every interface with all of its names. */
export function FirewallCard({ node, instance, lab, live, seen }: Props) {
  return (
    <article
      className="relative min-w-0 rounded border border-edge bg-panel"
      aria-label={`${node.name}, ${instance.name}`}
    >
      <header className="border-b px-2 py-1.5">
        <h3 className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold">{instance.name}</span>
          <span className="text-muted text-xs">
            {node.name}, priority {node.priority}
          </span>
        </h3>
        <ul className="mt-1 flex flex-wrap gap-1">
          {lab.cluster.redundancyGroups.map((group) => (
            <Group
              key={group.id}
              id={group.id}
              entry={seen.find((s) => s.redundancyGroup === group.id && s.node === node.name)}
              node={node.name}
              weight={weightOf(live?.nodes ?? [], node.name, group.id)}
            />
          ))}
        </ul>
      </header>
      <ul className="divide-y">
        {sorted(instance).map((i) => (
          <Port
            key={i.linux}
            port={portId(instance.name, i.linux)}
            i={i}
            up={live?.links[portId(instance.name, i.linux)]}
          />
        ))}
      </ul>
    </article>
  )
}

type GroupProps = { id: number; node: string; entry: Seen | undefined; weight: number | null }

function Group({ id, node, entry, weight }: GroupProps) {
  const own = entry?.by[node] ?? null
  const row = own ?? Object.values(entry?.by ?? {}).find((r) => r !== null) ?? null
  const text = row ? row.state : 'unknown'
  return (
    <li className={cx('border px-1.5 text-xs leading-5', stateLook(row?.state ?? 'unknown'))} data-group-state={text}>
      <span className={row ? '' : 'bg-panel px-1'}>
        RG{id} {text}
        {weight !== null && weight !== 255 ? `, weight ${weight}` : ''}
      </span>
    </li>
  )
}

type PortProps = { port: string; i: LabInterface; up: boolean | undefined }

function Port({ port, i, up }: PortProps) {
  return (
    <li data-port={port} className="px-2 py-1 text-xs leading-4">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold">{i.name}</span>
        <span className="text-muted">{i.role}</span>
        {up === false ? <span className="font-semibold text-fail">✕ link down</span> : null}
        {i.addresses.map((address) => (
          <span key={address}>{address}</span>
        ))}
      </p>
      <p className="break-words font-mono text-[11px]">{naming(i)}</p>
      <p className="break-words text-muted">
        {[i.device ? `device ${i.device}` : '', traits(i)].filter(Boolean).join(' · ')}
      </p>
    </li>
  )
}
