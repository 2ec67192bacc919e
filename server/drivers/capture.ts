import { withoutPrefix } from '../domain/address'
import type { ObservationPoint, Reth, Target } from '../domain/lab'
import { PACKET_KINDS } from '../domain/sample'
import type { LabAccess } from './at'
import { parseTcpdumpLine } from './tcpdump-parse'
import { type RunningTool, startTool, type ToolOptions } from './tool'

/** What is captured at a point: all that a filter lets through, or only what leaves there. */
export type CaptureQuestion = { point: ObservationPoint; filter: string; outgoing?: boolean }

/** tcpdump line by line (-l), numbers (-n), epoch stamps (-tt), with MAC addresses (-e). */
export const captureArgv = ({ point, filter, outgoing = false }: CaptureQuestion): string[] => [
  ...['tcpdump', '-l', '-n', '-tt', '-e', '-i', point.interface],
  ...(outgoing ? ['-Q', 'out'] : []),
  ...filter.split(' '),
]

/** ARP about a VIP: gratuitous ones are told from the rest by the parser. */
export const arpFilter = (reth: Pick<Reth, 'vip'>): string => `arp and host ${withoutPrefix(reth.vip)}`

/** Echo requests to one target: when they come through is what the far side can tell. */
export const echoFilter = (target: Pick<Target, 'address'>): string =>
  `icmp[icmptype] == icmp-echo and dst host ${target.address}`

/** Echo requests to any of some addresses. */
export const requestFilter = (addresses: readonly string[]): string =>
  `icmp[icmptype] == icmp-echo and ( ${addresses.map((address) => `dst host ${address}`).join(' or ')} )`

/** The same for frames with a VLAN tag besides: drivers may or may not have taken it off before they are captured. */
export const alsoTagged = (filter: string, vlan: number | undefined): string =>
  vlan === undefined ? filter : `( ${filter} ) or ( vlan ${vlan} and ${filter} )`

const ECHO = [PACKET_KINDS.indexOf('icmp-request'), PACKET_KINDS.indexOf('icmp-reply')]

/**
 * Starts a capture; rows are those of SAMPLE_COLUMNS.capture, and every ARP line is kept besides (a row has not all of it);
 * echo requests and replies, hundreds a second, are kept as rows only. `onReady` comes when tcpdump says that it listens: packets before that are not in it.
 */
export function startCapture(
  access: LabAccess,
  question: CaptureQuestion,
  options: ToolOptions & { onReady?: () => void },
): Promise<RunningTool> {
  const onOutput: ToolOptions['onOutput'] = (line, from, receivedMs) => {
    if (from === 'stderr' && /^listening on |: listening on /.test(line)) options.onReady?.()
    options.onOutput?.(line, from, receivedMs)
  }
  const read = (line: string) => {
    const parsed = parseTcpdumpLine(line)
    return parsed.kind === 'sample' ? { row: parsed.row, keep: !ECHO.includes(parsed.row[0] ?? -1) } : { keep: true }
  }
  return startTool(access, question.point.at, captureArgv(question), read, { ...options, onOutput })
}
