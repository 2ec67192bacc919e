'use client'
import { Mark } from '@/app/components/ui/badge'
import { Panel } from '@/app/components/ui/panel'
import type { LabView } from '@/app/lib/lab/live-view'
import type { PublicWanLab } from '@/server/domain/views'
import { unhookedWanulators, type Wan, type WanLink, type WanNic, wanLinks } from '@/server/domain/wan'

/** Every link from the router to its ISP, then what is hooked up to nothing. */
export function WanLinks({ lab, live }: { lab: PublicWanLab; live: LabView | null }) {
  const wan = lab.wan as Wan
  const unplugged = wan.nics.filter(({ plugged }) => plugged === null)
  return (
    <Panel title="Links" bodyClassName="p-0">
      <ul className="divide-y">
        {wanLinks(wan).map((link) => (
          <LinkRow key={link.id} link={link} router={wan.router.title} host={wan.pve.host} live={live} />
        ))}
        {unhookedWanulators(wan).map(({ vm, title, nics }) => (
          <li key={vm} className="px-3 py-2 text-muted">
            {title} (VM {vm}): {nics.map(({ guest, nic }) => `${guest} – ${nic}`).join(', ')}; no link leads through it
          </li>
        ))}
        {unplugged.length > 0 ? (
          <li className="px-3 py-2 text-muted">Without a cable: {unplugged.map(({ name }) => name).join(', ')}</li>
        ) : null}
      </ul>
    </Panel>
  )
}

type RowProps = { link: WanLink; router: string; host: string; live: LabView | null }

function LinkRow({ link, router, host, live }: RowProps) {
  const { isp, port, wanulator, toRouter, toIsp } = link
  return (
    <li className="grid gap-1 px-3 py-2" data-link={link.id}>
      <p className="font-medium">
        {isp.priority}. {isp.title} <span className="font-normal text-muted text-xs">{isp.kind}</span>
      </p>
      <p className="flex flex-wrap items-baseline gap-x-2 text-xs">
        <span>
          {router} {port.id}
        </span>
        <Nic nic={toRouter.nic} host={host} live={live} />
        <span>
          {toRouter.guest} {wanulator.title} (VM {wanulator.vm}) {toIsp.guest}
        </span>
        <Nic nic={toIsp.nic} host={host} live={live} />
        <span>{isp.title}</span>
      </p>
    </li>
  )
}

function Nic({ nic, host, live }: { nic: WanNic; host: string; live: LabView | null }) {
  const up = live?.links[`${host}/${nic.name}`]
  const [tone, label] =
    up === undefined
      ? (['neutral', 'link not known'] as const)
      : up
        ? (['pass', 'up'] as const)
        : (['fail', 'down'] as const)
  return (
    <span className="inline-flex items-baseline gap-1">
      – <Mark tone={tone} label={label} />
      {nic.name}
      {up === false ? <span className="text-fail">down</span> : null} –
    </span>
  )
}
