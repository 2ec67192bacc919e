'use client'
import type { ReactNode } from 'react'
import { Badge } from '@/app/components/ui/badge'
import { cx } from '@/app/lib/cx'
import {
  ago,
  type LinkState,
  linkState,
  type NicView,
  type PieceLook,
  readingOf,
  type WanulatorView,
  type WanView,
  wanulatorOf,
} from '@/app/lib/lab/wan-view'
import { formatBitPerS } from '@/server/domain/format'
import type { WanEnd, WanLink } from '@/server/domain/wan'

const BOX = 'relative min-w-0 rounded border border-edge bg-panel px-2 py-1.5 text-xs leading-4'

const BAR: Record<PieceLook, string> = {
  active: 'border-strong border-l-2',
  degraded: 'border-unsure border-l-2 border-dashed',
  down: 'border-fail border-l-2 border-dotted',
  idle: 'border-edge border-l border-dashed',
}

/** The wire to what stands below, where there is no room beside each other. */
export const Stub = ({ look }: { look: PieceLook }) => (
  <span aria-hidden className={cx('ml-6 block h-3 w-0 md:hidden', BAR[look])} />
)

type NicProps = {
  end: WanEnd
  nic: NicView | undefined
  /** Whether the router is at this NIC's cable, or the ISP. */
  side: 'router' | 'isp'
}

/** A NIC of the PVE host: its link, and what passes in the direction of each end of the path. */
export function NicCard({ end: { nic: declared }, nic, side }: NicProps) {
  const [toIsp, toRouter] = side === 'router' ? [nic?.rxBitPerS, nic?.txBitPerS] : [nic?.txBitPerS, nic?.rxBitPerS]
  return (
    <div data-port={`nic:${declared.name}`} className={cx(BOX, nic?.up === false && 'border-fail')}>
      <p className="flex flex-wrap items-baseline justify-between gap-x-2">
        <span className="font-semibold">{declared.name}</span>
        <NicState nic={nic} />
      </p>
      <p className="text-muted">{declared.bridge ?? 'PVE NIC'}</p>
      <Rate title="ISP" arrow="→" bitPerS={toIsp} />
      <Rate title="router" arrow="←" bitPerS={toRouter} />
    </div>
  )
}

function NicState({ nic }: { nic: NicView | undefined }) {
  if (!nic) return <span className="text-muted">? link not known</span>
  return nic.up ? <span className="text-pass">✓ up</span> : <span className="font-semibold text-fail">✕ link down</span>
}

const Rate = ({ title, arrow, bitPerS }: { title: string; arrow: string; bitPerS: number | null | undefined }) => (
  <p className="flex justify-between gap-x-2 whitespace-nowrap">
    <span className="text-muted">
      <span className="sr-only">to </span>
      <span aria-hidden>{arrow} </span>
      {title}
    </span>
    <span>{formatBitPerS(bitPerS ?? null)}</span>
  </p>
)

/** A router port or an ISP: an end of the path. */
export const EndCard = ({ id, children }: { id: string; children: ReactNode }) => (
  <div data-port={id} className={cx(BOX, 'bg-sunk')}>
    {children}
  </div>
)

type WanulatorProps = { link: WanLink; wan: WanView | null; nowMs: number; children: ReactNode }

/** The VM that degrades a link: what is in force, how old that is, and what can be done about it. */
export function WanulatorCard({ link, wan, nowMs, children }: WanulatorProps) {
  const { vm, title } = link.wanulator
  const found = wanulatorOf(wan, vm)
  const reading = readingOf(wan, vm)
  // Consoles are left to a run: what went wrong before it is over.
  const error = wan?.isTaken ? null : found?.error
  const state = linkState(link, wan)
  return (
    <div data-tie={`vm:${vm}`} className={cx(BOX, BORDER[state.tone])} data-link-state={state.word}>
      <p className="flex flex-wrap items-center justify-between gap-x-2 gap-y-1">
        <span>
          <span className="font-semibold">{title}</span> <span className="text-muted">VM {vm}</span>
        </span>
        <Badge tone={state.tone} mark={state.mark}>
          {state.word}
        </Badge>
      </p>
      {state.text ? <p className="mt-1 font-medium">{state.text}</p> : null}
      {error && error.message !== state.text ? <p className="mt-1 text-unsure">? {error.message}</p> : null}
      {error?.hint ? <p className="mt-1 text-muted">{error.hint}</p> : null}
      <p className="mt-1 text-muted">
        <span className="whitespace-nowrap">
          {link.toRouter.guest} – {link.toIsp.guest}
        </span>
        {' · '}
        <span className="whitespace-nowrap">{ageText(reading, error, nowMs)}</span>
      </p>
      <div className="mt-1.5 flex flex-wrap gap-2">{children}</div>
    </div>
  )
}

const BORDER: Record<LinkState['tone'], string> = {
  pass: '',
  fail: 'border-fail',
  unsure: 'border-unsure',
  running: 'border-running',
  neutral: '',
}

function ageText(reading: WanulatorView['reading'], error: WanulatorView['error'] | undefined, nowMs: number): string {
  if (reading) return `${reading.isByRun ? 'set by a run' : 'read'} ${ago(nowMs - reading.atMs)}`
  return error ? `tried ${ago(nowMs - error.atMs)}` : 'not read yet'
}
