'use client'
import { useMemo, useRef } from 'react'
import { Panel } from '@/app/components/ui/panel'
import { clusterView, type LabView, primariesOf, type Seen } from '@/app/lib/lab/live-view'
import { firewalls, segment, sideOf, type Tie, ties } from '@/app/lib/lab/topology'
import type { PublicLab } from '@/server/domain/views'
import { FirewallCard } from './firewall-card'
import { SegmentCard } from './segment-card'
import { TieCard } from './tie-card'
import { type Wire, WireSample, Wires } from './wires'

type Props = { lab: PublicLab; live: LabView | null; connection: 'connecting' | 'live' | 'reconnecting' }

const SAY = { connecting: 'asking the nodes…', live: 'live', reconnecting: 'reconnecting…' }

/** The two nodes, what ties them together, and the networks on both sides; on a phone one below the other. */
export function Topology({ lab, live, connection }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const seen = useMemo(() => clusterView(live?.nodes ?? []), [live])
  const between = useMemo(() => ties(lab), [lab])
  const nodes = useMemo(() => firewalls(lab), [lab])
  const wires = useMemo(() => between.flatMap((tie) => wiresOf(tie, nodes, seen, live)), [between, nodes, seen, live])
  const [left, right] = nodes
  return (
    <Panel
      title="Topology"
      data-testid="topology"
      aside={
        <span role="status" className="min-w-28 text-right text-muted text-xs">
          {SAY[connection]}
        </span>
      }
    >
      <div
        ref={box}
        className="relative grid gap-4 md:grid-cols-[minmax(0,1fr)_10rem_minmax(0,1fr)] md:gap-x-12 md:gap-y-6"
      >
        <Wires box={box} wires={wires} />
        <SegmentCard segment={segment(lab, 'wan')} className="md:col-span-3" />
        {left ? <FirewallCard {...left} lab={lab} live={live} seen={seen} /> : null}
        <div className="relative flex flex-col justify-between gap-3">
          {between.map((tie) => (
            <TieCard
              key={tie.id}
              tie={tie}
              primaries={tie.redundancyGroup === null ? null : primariesOf(seen, tie.redundancyGroup)}
              live={live !== null}
            />
          ))}
        </div>
        {right ? <FirewallCard {...right} lab={lab} live={live} seen={seen} /> : null}
        <SegmentCard segment={segment(lab, 'lan')} className="md:col-span-3" />
      </div>
      <p className="mt-3 hidden flex-wrap gap-x-6 text-muted text-xs md:flex">
        <Key look="active">carries traffic</Key>
        <Key look="idle">stands by</Key>
        <Key look="down">link down</Key>
      </p>
    </Panel>
  )
}

type Nodes = ReturnType<typeof firewalls>

/** Its lines to the ports of both nodes, and to the segment that it leads to. */
function wiresOf(tie: Tie, nodes: Nodes, seen: Seen[], live: LabView | null): Wire[] {
  const primaries = tie.redundancyGroup === null ? null : primariesOf(seen, tie.redundancyGroup)
  const side = sideOf(tie)
  const ports = tie.ports.map((port): Wire => {
    const node = nodes.find(({ instance }) => port.startsWith(`${instance.name}/`))?.node.name ?? ''
    const active = live !== null && (primaries === null || primaries.includes(node))
    return {
      kind: 'port',
      from: port,
      to: tie.id,
      look: live?.links[port] === false ? 'down' : active ? 'active' : 'idle',
    }
  })
  if (!side) return ports
  return [...ports, { kind: 'side', from: tie.id, to: side, look: primaries?.length ? 'active' : 'idle' }]
}

const Key = ({ look, children }: { look: Wire['look']; children: string }) => (
  <span className="inline-flex items-center gap-2">
    <WireSample look={look} />
    {children}
  </span>
)
