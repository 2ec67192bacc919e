import type { Place } from '../../domain/ids'
import type { AnyLab } from '../../domain/lab'
import type { NicCapture } from '../../domain/wan-run'
import { AppError } from '../../errors'
import type { StreamEnd } from '../../transport/remote'
import { type LabAccess, streamAt } from '../at'
import { type PcapPacket, pcapReader } from './reader'

/** Enough for Ethernet, two VLAN tags, IP and UDP or TCP with options; nothing that anybody wrote. */
export const SNAPLEN = 96
/** KiB of the kernel's buffer: a second of 20,000 packets/s, even when nobody reads. */
const KERNEL_BUFFER = 4096

/** Headers only, as a pcap on stdout, each packet at once (-U), stamped to the µs, without names. */
export const nicCaptureArgv = ({ nic, direction }: NicCapture): string[] => [
  ...['tcpdump', '-i', nic, '-Q', direction, '-s', String(SNAPLEN), '-B', String(KERNEL_BUFFER)],
  ...['-n', '-p', '-U', '--immediate-mode', '-w', '-'],
]

/** What tcpdump counted, told at its end; null where it said nothing of it. */
export type CaptureTotals = { captured: number | null; dropped: number | null }

const TOTALS = { captured: /^(\d{1,12}) packets? captured$/m, dropped: /^(\d{1,12}) packets? dropped by kernel$/m }

export function captureTotals(stderr: string): CaptureTotals {
  const count = (pattern: RegExp): number | null => {
    const found = pattern.exec(stderr)?.[1]
    return found === undefined ? null : Number(found)
  }
  return { captured: count(TOTALS.captured), dropped: count(TOTALS.dropped) }
}

const FAILURES: readonly { pattern: RegExp; message: string; hint: string }[] = [
  {
    pattern: /permission to (?:perform this )?capture|Operation not permitted|Permission denied/i,
    message: 'this user may not capture',
    hint: 'Log in as root, or: setcap cap_net_raw,cap_net_admin=eip "$(command -v tcpdump)" on that host.',
  },
  {
    pattern: /No such device|SIOCGIFHWADDR|doesn't exist/i,
    message: 'there is no such NIC',
    hint: 'Compare wan.nics in the lab file with "ip -br link" on the PVE host.',
  },
  {
    pattern: /is not up|Network is down/i,
    message: 'the NIC is down',
    hint: 'ip link set dev NIC up on the PVE host.',
  },
  {
    pattern: /tcpdump.{0,3}: (?:No such file|(?:command )?not found)|failed to run command .?tcpdump/i,
    message: 'tcpdump is not installed',
    hint: 'apt install tcpdump on the PVE host.',
  },
]

/** Why tcpdump ended before it captured anything, or in the middle, by what it said. */
export function captureError(host: string, { nic }: NicCapture, stderr: string): AppError {
  const known = FAILURES.find(({ pattern }) => pattern.test(stderr))
  const message = `${host}: ${known?.message ?? 'the capture ended by itself'} (${nic})`
  const stderrTail = stderr.trim().slice(-400) || undefined
  return new AppError('command-failed', message, { host, hint: known?.hint, stderrTail })
}

export type NicCaptureOptions = {
  tag: string
  timeoutMs: number
  signal?: AbortSignal
  /** Called for each packet; its data is a view, see PcapPacket. */
  onPacket: (packet: PcapPacket, linkType: number) => void
  /** The stream's bytes, for a file; `wholeBytes` of all so far are whole packets. */
  onBytes?: (chunk: Uint8Array, wholeBytes: number) => void
  /** tcpdump says that it listens: packets before are not in it. */
  onReady?: () => void
}

export type RunningNicCapture = {
  /** Rejects with what `captureError` makes of an end that nobody asked for, and with `ssh-lost`. */
  done: Promise<CaptureTotals & StreamEnd>
  /** Hangs up. The process is ended by its tag (`stopTagged`) before, so that it tells what it counted. */
  close(): void
}

const STDERR_TAIL = 2000
/** tcpdump's end by INT, TERM or `timeout`. */
const ASKED_FOR = [0, 124, 130, 143]

/** Starts a capture. Rejects with `ssh-…`. */
export async function startNicCapture(
  access: LabAccess<AnyLab>,
  host: string,
  capture: NicCapture,
  options: NicCaptureOptions,
): Promise<RunningNicCapture> {
  const place: Place = { host }
  const { onPacket, onBytes, onReady, ...rest } = options
  let stderr = ''
  let broken: unknown = null
  const reader = pcapReader((packet, { linkType }) => onPacket(packet, linkType))
  const stream = await streamAt(access, place, nicCaptureArgv(capture), {
    ...rest,
    onData(chunk) {
      if (broken) return
      try {
        reader.write(chunk)
        onBytes?.(chunk, reader.wholeBytes())
      } catch (error) {
        broken = error
        stream.close()
      }
    },
    onStderr(line) {
      stderr = `${stderr}${line}\n`.slice(-STDERR_TAIL)
      if (/\blistening on /.test(line)) onReady?.()
    },
  })
  const done = stream.done.then((end) => {
    if (broken) throw broken
    const isAskedFor = end.exitCode === null || ASKED_FOR.includes(end.exitCode)
    if (!isAskedFor) throw captureError(host, capture, stderr)
    return { ...end, ...captureTotals(stderr) }
  })
  done.catch(() => {})
  return { done, close: () => stream.close() }
}
