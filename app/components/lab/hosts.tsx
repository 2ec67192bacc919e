'use client'
import { Mark } from '@/app/components/ui/badge'
import { Panel } from '@/app/components/ui/panel'
import type { HostHealth, LabView } from '@/app/lib/lab/live-view'
import type { AnyPublicLab } from '@/server/domain/views'

type Host = AnyPublicLab['hosts'][number]

/** Every host: reachable or not, and where connecting stopped. */
export function HostList({ lab, live }: { lab: AnyPublicLab; live: LabView | null }) {
  return (
    <Panel title="Hosts" bodyClassName="p-0">
      <ul className="divide-y">
        {lab.hosts.map((host) => (
          <HostRow key={host.id} host={host} health={live?.hosts.find((h) => h.id === host.id)} />
        ))}
      </ul>
    </Panel>
  )
}

function HostRow({ host, health }: { host: Host; health: HostHealth | undefined }) {
  const tone = health === undefined ? 'neutral' : health.state === 'ok' ? 'pass' : 'fail'
  return (
    <li className="px-3 py-2" data-host={host.id} data-state={health?.state ?? 'unknown'}>
      <div className="flex items-baseline gap-1">
        <Mark tone={tone} label={health === undefined ? 'not asked yet' : health.state} />
        <span className="min-w-0 flex-1 truncate font-medium">{host.title ?? host.id}</span>
        <span className="text-muted text-xs">{health?.rttMs == null ? '' : `${health.rttMs.toFixed(1)} ms`}</span>
      </div>
      <div className="pl-5 text-xs">
        <p className="text-muted">
          {host.user}@{host.host}:{host.port}
          {host.jump ? ` through ${host.jump}` : ''}
          {health?.clock ? ` · clock ${health.clock.offsetMs.toFixed(1)} ± ${health.clock.errorMs.toFixed(1)} ms` : ''}
        </p>
        {health?.state === 'failed' ? (
          <div className="mt-1">
            <p className="font-semibold text-fail">
              {health.step ? `${health.step}: ` : ''}
              {health.message}
            </p>
            {health.hint ? <p>{health.hint}</p> : null}
          </div>
        ) : null}
      </div>
    </li>
  )
}

/** A host that cannot be used stands at the top of the page: nothing else there works without it. */
export function HostTrouble({ lab, live }: { lab: AnyPublicLab; live: LabView | null }) {
  const failed = live?.hosts.filter((h) => h.state === 'failed') ?? []
  return failed.map((health) => {
    const host = lab.hosts.find((h) => h.id === health.id)
    return (
      <section key={health.id} role="alert" className="rounded border border-fail bg-fail-soft px-3 py-2">
        <p className="font-semibold text-fail">
          <span aria-hidden>✕ </span>
          {host?.title ?? health.id} cannot be used{health.step ? `, ${health.step}` : ''}: {health.message}
        </p>
        {health.hint ? <p>{health.hint}</p> : null}
      </section>
    )
  })
}
