'use client'
import { type NicView, nicOf, type WanView, wanulatorOf } from '@/app/lib/lab/wan-view'
import { plugName, unhookedWanulators, type Wan, wanLinks } from '@/server/domain/wan'

/** WANulators through which no link leads, with their NICs, and NICs that belong to nothing. */
export function Unhooked({ wan, live }: { wan: Wan; live: WanView | null }) {
  const spare = unhookedWanulators(wan)
  const used = new Set(wanLinks(wan).flatMap(({ wanulator }) => wanulator.nics.map(({ nic }) => nic)))
  const taken = new Set([...used, ...spare.flatMap(({ nics }) => nics.map(({ nic }) => nic))])
  const loose = wan.nics.filter(({ name }) => !taken.has(name))
  if (spare.length === 0 && loose.length === 0) return null
  return (
    <section className="mt-4 grid gap-2" data-testid="unhooked">
      <h3 className="font-semibold">Not hooked up</h3>
      <ul className="grid gap-2 md:grid-cols-2">
        {spare.map(({ vm, title, nics }) => (
          <li key={vm} className="rounded border border-edge border-dashed px-2 py-1.5 text-xs leading-4">
            <p className="flex flex-wrap justify-between gap-x-2">
              <span>
                <span className="font-semibold">{title}</span> <span className="text-muted">VM {vm}</span>
              </span>
              <span className="text-muted">○ {wanulatorOf(live, vm)?.status ?? 'not known'}</span>
            </p>
            {nics.map(({ guest, nic }) => (
              <p key={guest} className="text-muted">
                {guest} – {nic}, {plugText(wan, nic)}, {upText(nicOf(live, nic))}
              </p>
            ))}
          </li>
        ))}
        {loose.map(({ name }) => (
          <li key={name} className="rounded border border-edge border-dashed px-2 py-1.5 text-xs leading-4">
            <span className="font-semibold">{name}</span>{' '}
            <span className="text-muted">
              {plugText(wan, name)}, {upText(nicOf(live, name))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function plugText(wan: Wan, name: string): string {
  const plugged = wan.nics.find((nic) => nic.name === name)?.plugged
  return plugged ? `to ${plugName(wan, plugged)}` : 'no cable'
}

const upText = (nic: NicView | undefined): string => (nic ? (nic.up ? 'link up' : 'link down') : 'link not known')

/** What the router goes by, as the lab file notes it. */
export function Sla({ sla }: { sla: NonNullable<Wan['router']['sla']> }) {
  const { latencyMs, jitterMs, lossPercent, recomputeS, policy, note } = sla
  const limits = [
    ['latency', latencyMs, 'ms'],
    ['jitter', jitterMs, 'ms'],
    ['loss', lossPercent, '%'],
    ['recompute every', recomputeS, 's'],
  ] as const
  const told = limits.flatMap(([name, value, unit]) => (value === undefined ? [] : [`${name} ${value} ${unit}`]))
  return (
    <section className="mt-4 grid gap-1 text-xs">
      <h3 className="font-semibold text-sm">What the router goes by</h3>
      <p>{[...told, policy].filter(Boolean).join(' · ')}</p>
      {note ? <p className="text-muted">{note}</p> : null}
      <p className="text-muted">Notes of the lab file; no case is judged by them.</p>
    </section>
  )
}
