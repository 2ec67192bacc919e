import type { Lab } from '../../domain/lab'
import type { LanHost } from '../../domain/lan-host'
import type { CaptureQuestion } from '../../drivers/capture'
import { DHCP_FILTER } from '../../drivers/dhcp'
import { parseDhcpPacket } from '../../drivers/dhcp-parse'
import { asAppError } from '../../errors'
import type { RunSession } from '../session'
import { listen } from './capture'

type Point = { stream: string; at: LanHost; sentOnly: boolean; purpose: string }

/** DHCP as the client sees it, and what each node sends itself: both may answer with the MAC of one RETH. */
export function dhcpPoints(lab: Lab, client: LanHost): Point[] {
  const reth = lab.cluster.dhcp?.reth
  const members = lab.cluster.nodes.flatMap(({ name, instance }) => {
    const interfaces = lab.instances.find((candidate) => candidate.name === instance)?.interfaces ?? []
    return interfaces
      .filter((entry) => entry.reth === reth)
      .map(({ linux }) => ({
        ...{ stream: `capture:dhcp-${name}-${linux}`, at: { instance, interface: linux } },
        ...{ sentOnly: true, purpose: `DHCP that ${name} sends` },
      }))
  })
  return [{ stream: 'capture:dhcp', at: client, sentOnly: false, purpose: 'DHCP as the client sees it' }, ...members]
}

/** What tcpdump is asked at a point. */
export const captureOf = ({ at, sentOnly }: Pick<Point, 'at' | 'sentOnly'>): CaptureQuestion => ({
  point: { at: { instance: at.instance }, interface: at.interface },
  filter: DHCP_FILTER,
  outgoing: sentOnly,
})

function capture(session: RunSession, point: Point, durationS: number): Promise<void> {
  const { stream, at, sentOnly, purpose } = point
  return listen(session, { ...captureOf(point), stream, purpose }, durationS, (line, from) => {
    const packet = from === 'stdout' ? parseDhcpPacket(line) : null
    if (packet) void session.emit({ kind: 'dhcp-packet', ...at, sentOnly, ...packet }).catch(() => {})
  })
}

/** What a node shows is needed only where the sender's MAC does not tell; the run goes on without. */
export async function captureDhcp(session: RunSession, client: LanHost, durationS: number): Promise<void> {
  const [first, ...nodes] = dhcpPoints(session.lab, client)
  await Promise.all([
    ...(first ? [capture(session, first, durationS)] : []),
    ...nodes.map((point) =>
      capture(session, point, durationS).catch((error: unknown) =>
        session.emit({
          kind: 'note',
          level: 'warning',
          message: `${point.purpose} cannot be seen: ${asAppError(error).message}`,
          hint: null,
        }),
      ),
    ),
  ])
}
