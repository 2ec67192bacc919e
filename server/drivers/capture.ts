import { withoutPrefix } from '../domain/address'
import type { ObservationPoint, Reth, Target } from '../domain/lab'
import { PACKET_KINDS } from '../domain/sample'
import type { LabAccess } from './at'
import { parseTcpdumpLine } from './tcpdump-parse'
import { type RunningTool, startTool, type ToolOptions } from './tool'

/** tcpdump line by line (-l), numbers (-n), epoch stamps (-tt), with MAC addresses (-e); `sentOnly`: what goes out. */
export const captureArgv = (linuxInterface: string, filter: string, sentOnly = false): string[] => [
  ...['tcpdump', '-l', '-n', '-tt', '-e', ...(sentOnly ? ['-Q', 'out'] : []), '-i', linuxInterface],
  ...filter.split(' '),
]

/** ARP about a VIP: gratuitous ones are told from the rest by the parser. */
export const arpFilter = (reth: Pick<Reth, 'vip'>): string => `arp and host ${withoutPrefix(reth.vip)}`

/** Echo requests to one target: when they come through is what the far side can tell. */
export const echoFilter = (target: Pick<Target, 'address'>): string =>
  `icmp[icmptype] == icmp-echo and dst host ${target.address}`

const ECHO = [PACKET_KINDS.indexOf('icmp-request'), PACKET_KINDS.indexOf('icmp-reply')]

/**
 * Starts a capture; rows are those of SAMPLE_COLUMNS.capture, and every ARP line is kept besides (a row has not all of it);
 * echo requests and replies, hundreds a second, are kept as rows only. `onReady` comes when tcpdump says that it listens: packets before that are not in it.
 */
export function startCapture(
  access: LabAccess,
  point: ObservationPoint,
  filter: string,
  options: ToolOptions & { onReady?: () => void; sentOnly?: boolean },
): Promise<RunningTool> {
  const onOutput: ToolOptions['onOutput'] = (line, from, receivedMs) => {
    if (from === 'stderr' && /^listening on |: listening on /.test(line)) options.onReady?.()
    options.onOutput?.(line, from, receivedMs)
  }
  const read = (line: string) => {
    const parsed = parseTcpdumpLine(line)
    return parsed.kind === 'sample' ? { row: parsed.row, keep: !ECHO.includes(parsed.row[0] ?? -1) } : { keep: true }
  }
  return startTool(access, point.at, captureArgv(point.interface, filter, options.sentOnly), read, {
    ...options,
    onOutput,
  })
}
