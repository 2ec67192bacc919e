'use client'
import { Check, Power, SlidersHorizontal } from 'lucide-react'
import { Button } from '@/app/components/ui/button'
import { cx } from '@/app/lib/cx'
import { nicOf, pieces, powerAction, readingOf, type WanView, wanulatorOf } from '@/app/lib/lab/wan-view'
import type { WanLink as Link } from '@/server/domain/wan'
import { EndCard, NicCard, Stub, WanulatorCard } from './wan-nodes'

type Props = {
  link: Link
  router: string
  wan: WanView | null
  nowMs: number
  /** Of the traffic on all links, 0…1; null: not counted. */
  share: number | null
  /** Why nothing can be set; null when it can. */
  blocked: string | null
  onDegrade: () => void
  onMakeGood: () => void
  onRestart: () => void
}

/** Router port, PVE NIC, WANulator, PVE NIC, ISP; a wire between each. */
export const WAN_COLUMNS = 'md:grid-cols-[6rem_8.75rem_minmax(0,1fr)_8.75rem_8.75rem] md:gap-x-5'

/** One whole path, from the router's port to the ISP; on a phone one below the other. */
export function WanLinkRow({ link, router, wan, nowMs, share, blocked, onDegrade, onMakeGood, onRestart }: Props) {
  const { isp, port, toRouter, toIsp, wanulator } = link
  const look = pieces(link, wan)
  const isGood = readingOf(wan, wanulator.vm)?.good === true
  const power = powerAction(wanulatorOf(wan, wanulator.vm))
  return (
    <li
      data-link={link.id}
      aria-label={isp.title}
      className={cx('grid min-w-0 md:items-center', WAN_COLUMNS, 'max-md:rounded max-md:border max-md:p-2')}
    >
      <EndCard id={`port:${port.id}`}>
        <p className="font-semibold">{port.id}</p>
        <p className="text-muted">
          <span className="md:hidden">{router}</span>
          <span className="max-md:hidden">{port.title ?? 'router port'}</span>
        </p>
      </EndCard>
      <Stub look={look.port} />
      <NicCard end={toRouter} nic={nicOf(wan, toRouter.nic.name)} side="router" />
      <Stub look={look.router} />
      <WanulatorCard link={link} wan={wan} nowMs={nowMs}>
        <Button size="small" disabled={blocked !== null} onClick={onDegrade} aria-label={`Degrade: ${isp.title}`}>
          <SlidersHorizontal aria-hidden /> Degrade
        </Button>
        <Button
          size="small"
          disabled={blocked !== null || isGood}
          onClick={onMakeGood}
          aria-label={`Make good: ${isp.title}`}
        >
          <Check aria-hidden /> Make good
        </Button>
        {power ? (
          <Button
            size="small"
            disabled={blocked !== null}
            onClick={onRestart}
            aria-label={`${power} ${wanulator.vm}: ${isp.title}`}
          >
            <Power aria-hidden /> {power}
          </Button>
        ) : null}
      </WanulatorCard>
      <Stub look={look.isp} />
      <NicCard end={toIsp} nic={nicOf(wan, toIsp.nic.name)} side="isp" />
      <Stub look={look.cable} />
      <EndCard id={`isp:${isp.id}`}>
        <p className="font-semibold">{isp.title}</p>
        <p className="text-muted">
          priority {isp.priority} · {isp.kind}
        </p>
        <p className="text-muted">{share === null ? 'traffic —' : `${Math.round(share * 100)} % of traffic`}</p>
      </EndCard>
    </li>
  )
}
