'use client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { CheckCheck, RefreshCw } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { Button } from '@/app/components/ui/button'
import { ErrorBox } from '@/app/components/ui/error-box'
import { Panel } from '@/app/components/ui/panel'
import { cx } from '@/app/lib/cx'
import type { LabView } from '@/app/lib/lab/live-view'
import { pieces, readingOf, shares, type WanView } from '@/app/lib/lab/wan-view'
import { useTRPC } from '@/app/lib/trpc'
import type { LabState, PublicHost, PublicWan } from '@/server/domain/views'
import { type Wan, type WanLink, wanLinks } from '@/server/domain/wan'
import { GoodDialog } from './good-dialog'
import { ImpairmentDialog } from './impairment-dialog'
import { LastOperation } from './last-operation'
import { RestartDialog } from './restart-dialog'
import { WAN_COLUMNS, WanLinkRow } from './wan-link'
import { Sla, Unhooked } from './wan-rest'
import { type Wire, WireSample, Wires } from './wires'

type What = 'degrade' | 'good' | 'restart'
type Props = {
  lab: { id: string; hosts: PublicHost[]; wan: PublicWan }
  live: LabView | null
  connection: 'connecting' | 'live' | 'reconnecting'
  state: LabState | undefined
}

const SAY = { connecting: 'asking the PVE host…', live: 'live', reconnecting: 'reconnecting…' }
const THIN_PX = 1.5
const THICK_PX = 5

/** Every path from the router to its ISPs with what is in force on it, then what is hooked up to nothing. */
export function WanTopology({ lab, live, connection, state }: Props) {
  const trpc = useTRPC()
  const operations = useQuery(trpc.cases.operations.queryOptions({ lab: lab.id }))
  const again = useMutation(trpc.wan.readAgain.mutationOptions())
  const box = useRef<HTMLDivElement>(null)
  const [dialog, setDialog] = useState<{ what: What; link: WanLink | null } | null>(null)
  const [open, setOpen] = useState(false)
  const declared = lab.wan as Wan
  const links = useMemo(() => wanLinks(declared), [declared])
  const isBusy = (state?.queue.length ?? 0) > 0 || live?.lease != null
  const wan = useMemo(() => (live?.wan ? { ...live.wan, isTaken: live.wan.isTaken || isBusy } : null), [live, isBusy])
  const byLink = shares(links, wan)
  const wires = useMemo(() => links.flatMap((link) => wiresOf(link, wan, shares(links, wan))), [links, wan])
  const view = (id: string) => operations.data?.find((one) => one.id === id)
  const blocked = blockedBecause(view('link-impair')?.blocked, state, isBusy)
  const isLocked = operations.data === undefined || blocked !== null
  const show = (what: What, link: WanLink | null) => {
    setDialog({ what, link })
    setOpen(true)
  }
  return (
    <Panel
      title="Links"
      data-testid="wan-topology"
      aside={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span role="status" className="text-muted text-xs">
            {connection === 'live' && wan ? sayOf(wan) : SAY[connection]}
          </span>
          <Button
            size="small"
            disabled={!wan || wan.isTaken || wan.isReading || again.isPending}
            onClick={() => again.mutate({ lab: lab.id })}
          >
            <RefreshCw aria-hidden /> Read consoles again
          </Button>
          <Button size="small" disabled={isLocked} onClick={() => show('good', null)}>
            <CheckCheck aria-hidden /> Make all links good
          </Button>
        </span>
      }
    >
      {operations.error ? <ErrorBox error={operations.error} doing="Could not read the operations" /> : null}
      {again.error ? <ErrorBox error={again.error} doing="Could not have the consoles read" /> : null}
      <LastOperation state={state} />
      {wan && wan.nics === null ? (
        <p className="mb-2 text-unsure">? {lab.wan.pve.host} does not list its links.</p>
      ) : null}
      {blocked ? <p className="mb-2 text-xs">{blocked}</p> : null}
      <div ref={box} className="relative md:px-2 md:pt-11 md:pb-2">
        <Places router={declared.router.title} host={hostTitle(lab)} />
        <Wires box={box} wires={wires} />
        <ul className="relative grid gap-3">
          {links.map((link) => (
            <WanLinkRow
              key={link.id}
              {...{ link, wan, blocked: isLocked ? (blocked ?? '') : null }}
              router={declared.router.title}
              nowMs={live?.atMs ?? 0}
              share={byLink.get(link.id) ?? null}
              onDegrade={() => show('degrade', link)}
              onMakeGood={() => show('good', link)}
              onRestart={() => show('restart', link)}
            />
          ))}
        </ul>
      </div>
      <p className="mt-3 hidden flex-wrap gap-x-6 gap-y-1 text-muted text-xs md:flex">
        <Key look="active">passes everything on; the thicker, the more of the traffic</Key>
        <Key look="degraded">degraded: what leaves the WANulator there</Key>
        <Key look="down">cut</Key>
        <Key look="idle">not known</Key>
      </p>
      <Unhooked wan={declared} live={wan} />
      {declared.router.sla ? <Sla sla={declared.router.sla} /> : null}
      {dialog?.what === 'degrade' && dialog.link ? (
        <ImpairmentDialog
          key={dialog.link.id}
          lab={lab.id}
          link={dialog.link}
          now={readingOf(wan, dialog.link.wanulator.vm)?.impairment ?? null}
          host={lab.wan.pve.host}
          open={open}
          onOpenChange={setOpen}
        />
      ) : null}
      {dialog?.what === 'restart' && dialog.link ? (
        <RestartDialog lab={lab.id} link={dialog.link} host={lab.wan.pve.host} open={open} onOpenChange={setOpen} />
      ) : null}
      {dialog?.what === 'good' ? (
        <GoodDialog lab={lab.id} link={dialog.link} links={links} open={open} onOpenChange={setOpen} />
      ) : null}
    </Panel>
  )
}

const hostTitle = ({ hosts, wan: { pve } }: Props['lab']): string =>
  hosts.find(({ id }) => id === pve.host)?.title ?? pve.host

const PLACE = 'line-clamp-2 break-words px-2 pt-1.5 font-semibold text-xs leading-4'

/** What stands on what, behind the paths: the ports on the router, NICs and WANulators on the PVE host. */
const Places = ({ router, host }: { router: string; host: string }) => (
  <div className={cx('absolute inset-0 hidden px-2 md:grid', WAN_COLUMNS)}>
    <div className="-mx-2 rounded border bg-sunk">
      <p className={PLACE} title={router}>
        {router}
      </p>
    </div>
    <div className="col-span-3 -mx-2 rounded border">
      <p className={PLACE}>{host}</p>
    </div>
    <p className={cx(PLACE, '-mx-2')}>ISPs</p>
  </div>
)

function sayOf({ isTaken, isReading }: WanView): string {
  if (isTaken) return 'live; consoles are left to the run'
  return isReading ? 'live; reading the consoles…' : 'live'
}

function blockedBecause(blocked: string | null | undefined, state: LabState | undefined, isBusy: boolean) {
  if (state?.quarantine) return 'The lab is in quarantine: restore it or mark it clean first.'
  if (blocked) return blocked
  return isBusy ? 'A run is on: the links are left alone until it has ended.' : null
}

function wiresOf(link: WanLink, wan: WanView | null, byLink: ReadonlyMap<string, number>): Wire[] {
  const { port, isp, wanulator, toRouter, toIsp } = link
  const look = pieces(link, wan)
  const share = byLink.get(link.id)
  const width = share === undefined ? {} : { width: THIN_PX + (THICK_PX - THIN_PX) * share }
  const wire = (from: string, to: string, of: Wire['look']): Wire => ({
    ...{ kind: 'port', from, to, look: of },
    ...(of === 'active' || of === 'degraded' ? width : {}),
  })
  const [near, vm, far] = [`nic:${toRouter.nic.name}`, `vm:${wanulator.vm}`, `nic:${toIsp.nic.name}`]
  return [
    wire(`port:${port.id}`, near, look.port),
    wire(near, vm, look.router),
    wire(vm, far, look.isp),
    wire(far, `isp:${isp.id}`, look.cable),
  ]
}

const Key = ({ look, children }: { look: Wire['look']; children: string }) => (
  <span className="inline-flex items-center gap-2">
    <WireSample look={look} />
    {children}
  </span>
)
