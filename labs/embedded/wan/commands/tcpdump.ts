import { TCPDUMP_VERSION } from '../../commands/tcpdump'
import { nowMs, scheduler, type Task } from '../../core/scheduler'
import type { Process, Program } from '../../machine/process'
import { frameHead } from '../frames'
import type { NicDirection, Passing } from '../taps'
import type { WanWorld } from '../world'

const WITH_VALUE = ['-s', '-B', '-j', '-y', '-Z', '-c', '-w', '-i', '-Q']
const LONG_NAMES: Record<string, string> = {
  ...{ '--interface': '-i', '--direction': '-Q', '--snapshot-length': '-s', '--buffer-size': '-B' },
}
const DEFAULT_SNAPLEN = 262_144
/** What has passed is handed on so often. */
const FLUSH_MS = 10

type Options = {
  nic: string
  directions: NicDirection[]
  snaplen: number
  count: number
  toStdout: boolean
  filter: string
}

function optionsOf(args: readonly string[]): Options {
  const values = new Map<string, string>()
  const filter: string[] = []
  for (let i = 0; i < args.length; i++) {
    const [word = '', inline] = (args[i] ?? '').startsWith('--') ? (args[i] ?? '').split('=') : [args[i] ?? '']
    const flag = LONG_NAMES[word] ?? word
    const attached = /^(-[sBjyZcwiQ])(.+)$/.exec(flag)
    if (WITH_VALUE.includes(flag)) values.set(flag, inline ?? args[++i] ?? '')
    else if (attached?.[1]) values.set(attached[1], attached[2] ?? '')
    else if (!word.startsWith('-')) filter.push(word)
  }
  const direction = values.get('-Q') ?? 'inout'
  return {
    nic: values.get('-i') ?? '',
    directions: direction === 'in' || direction === 'out' ? [direction] : ['in', 'out'],
    snaplen: Number(values.get('-s')) || DEFAULT_SNAPLEN,
    count: Number(values.get('-c')) || Number.POSITIVE_INFINITY,
    toStdout: values.get('-w') === '-',
    filter: filter.join(' '),
  }
}

/** Why it cannot capture, as tcpdump says it; null: it can. */
function refusal(world: WanWorld, { nic, filter, toStdout }: Options): string | null {
  if (world.switches.has('capture-denied'))
    return `${nic}: You don't have permission to perform this capture on that device\n(Attempt to create packet socket failed - CAP_NET_RAW may be required)`
  const state = world.wires.nics.get(nic)
  if (!state) return `${nic}: No such device exists\n(No such device exists)`
  if (!state.up) return `${nic}: That device is not up`
  if (!toStdout) return 'this lab writes captures to standard output only (-w -)'
  return filter === '' || filter === 'ip' || filter === 'udp' ? null : "can't parse filter expression: syntax error"
}

function fileHeader(snaplen: number): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(snaplen, 16)
  header.writeUInt32LE(1, 20)
  return header
}

function record({ atMs, bytes, sequence, link, towards }: Passing, snaplen: number, offsetMs: number): Buffer[] {
  const data = frameHead(link, towards, bytes, sequence, Math.min(snaplen, bytes))
  const us = Math.round((atMs + offsetMs) * 1000)
  const head = Buffer.allocUnsafe(16)
  head.writeUInt32LE(Math.floor(us / 1e6), 0)
  head.writeUInt32LE(us % 1e6, 4)
  head.writeUInt32LE(data.length, 8)
  head.writeUInt32LE(bytes, 12)
  return [head, data]
}

/** `tcpdump -i NIC -Q in|out -s N … -w -`: what passes a NIC, as a pcap. */
export const tcpdump =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args.includes('--version')) {
      p.write(TCPDUMP_VERSION)
      return 0
    }
    const options = optionsOf(p.args.slice(1))
    const reason = refusal(world, options)
    if (reason !== null) {
      p.error(`tcpdump: ${reason}\n`)
      return 1
    }
    const { nic, snaplen } = options
    if (!p.writeBytes(fileHeader(snaplen))) {
      p.error('tcpdump: this lab writes captures to an SSH channel only\n')
      return 1
    }
    p.error(`tcpdump: listening on ${nic}, link-type EN10MB (Ethernet), snapshot length ${snaplen} bytes\n`)
    return capture(world, p, options)
  }

function capture(world: WanWorld, p: Process, { nic, directions, snaplen, count }: Options): Promise<number> {
  const startMs = nowMs()
  let waiting: Passing[] = []
  let captured = 0
  let timer: Task | null = null
  /** Writes what has passed by `atMs`; a delayed packet is told of ahead of its time. */
  const flush = (atMs: number) => {
    const due = waiting.filter((frame) => frame.atMs <= atMs).sort((a, b) => a.atMs - b.atMs)
    waiting = waiting.filter((frame) => frame.atMs > atMs)
    const taken = due.slice(0, count - captured)
    captured += taken.length
    if (taken.length > 0)
      p.writeBytes(Buffer.concat(taken.flatMap((frame) => record(frame, snaplen, p.machine.clockOffsetMs))))
  }
  const forget = directions.map((direction) =>
    world.wires.taps.add(nic, direction, (frame) => {
      if (frame.atMs >= startMs) waiting.push(frame)
    }),
  )
  return p.within(
    new Promise<number>((resolve) => {
      const end = () => {
        scheduler.cancel(timer)
        scheduler.runDue()
        for (const one of forget) one()
        flush(nowMs())
        p.error(`${captured} packets captured\n${captured} packets received by filter\n0 packets dropped by kernel\n`)
        resolve(0)
      }
      const again = (atMs: number) => {
        flush(atMs)
        if (captured >= count) end()
        else timer = scheduler.at(atMs + FLUSH_MS, again)
      }
      timer = scheduler.at(startMs + FLUSH_MS, again)
      for (const signal of ['INT', 'TERM'] as const) p.handlers.set(signal, end)
      p.atEnd(() => {
        for (const one of forget) one()
        scheduler.cancel(timer)
      })
    }),
  )
}
