import { nowMs } from '../core/scheduler'
import type { Program } from '../machine/process'
import type { Packet } from '../world/packets'
import type { World } from '../world/world'
import { parseFilter } from './pcap-filter'

export const TCPDUMP_VERSION =
  'tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\nOpenSSL 3.0.11 19 Sep 2023\n'
const LONG = ['--immediate-mode', '--micro', '--nano']

/** The text of one packet, without stamp, as tcpdump 4.99 prints it. */
export function packetText(packet: Packet, ethernet: boolean): string {
  const etherType = packet.kind === 'arp' ? 'ARP (0x0806)' : 'IPv4 (0x0800)'
  const frame = packet.length + (packet.kind === 'arp' ? 14 : packet.kind === 'dhcp' ? 42 : 34)
  const head = ethernet
    ? `${packet.sourceMac} > ${packet.targetMac}, ethertype ${etherType}, length ${frame}: `
    : packet.kind === 'arp'
      ? 'ARP, '
      : 'IP '
  if (packet.kind === 'icmp') {
    return `${head}${packet.source} > ${packet.target}: ICMP echo ${packet.type}, id ${packet.id}, seq ${packet.sequence}, length ${packet.length}`
  }
  if (packet.kind === 'tcp') {
    return `${head}${packet.source}.${packet.sourcePort} > ${packet.target}.${packet.targetPort}: Flags [${packet.flags}], length ${packet.bytes}`
  }
  if (packet.kind === 'dhcp') {
    const what = packet.message === 'request' ? `Request from ${packet.clientMac}` : 'Reply'
    return `${head}${packet.source}.${packet.sourcePort} > ${packet.target}.${packet.targetPort}: BOOTP/DHCP, ${what}, length ${packet.length}`
  }
  if (packet.operation === 'reply')
    return `${head}Reply ${packet.senderIp} is-at ${packet.sourceMac}, length ${packet.length}`
  const inside = packet.targetMacInside ? ` (${packet.targetMacInside})` : ''
  return `${head}Request who-has ${packet.targetIp}${inside} tell ${packet.senderIp}, length ${packet.length}`
}

const stampText = (ms: number, flags: string): string => {
  const us = Math.round(ms * 1000)
  const fraction = String(us % 1e6).padStart(6, '0')
  if ((flags.match(/t/g) ?? []).length === 1) return ''
  if (flags.includes('tt')) return `${Math.floor(us / 1e6)}.${fraction} `
  return `${new Date(Math.floor(us / 1000)).toISOString().slice(11, 19)}.${fraction} `
}

/** `tcpdump -l -n -tt [-e] -i DEV FILTER`: what the world's wires carry past a machine. */
export const tcpdump =
  (world: World): Program =>
  async (p) => {
    let device = p.machine.devices.find((d) => d.name !== 'lo')?.name ?? 'lo'
    let flags = ''
    let count = 0
    let direction = 'inout'
    const words: string[] = []
    for (let i = 1; i < p.args.length; i++) {
      const arg = p.args[i] as string
      if (arg === '--version') {
        p.write(TCPDUMP_VERSION)
        return 0
      }
      if (arg === '-i' || arg === '--interface') device = p.args[++i] ?? ''
      else if (arg === '-Q' || arg === '--direction') direction = p.args[++i] ?? ''
      else if (arg === '-c') count = Number(p.args[++i])
      else if (['-s', '-B', '-j', '-w', '-r', '-y', '-Z'].includes(arg)) i++
      else if (LONG.includes(arg) || /^--(time-stamp|snapshot)/.test(arg)) flags += ''
      else if (arg.startsWith('-') && words.length === 0) flags += arg.slice(1)
      else words.push(arg)
    }
    if (device !== 'any' && !p.machine.devices.some((d) => d.name === device)) {
      p.error(`tcpdump: ${device}: No such device exists\n(No such device exists)\n`)
      return 1
    }
    let filter: ReturnType<typeof parseFilter>
    try {
      filter = parseFilter(words.join(' '))
    } catch {
      p.error("tcpdump: can't parse filter expression: syntax error\n")
      return 1
    }
    if (!p.machine.devices.find((d) => d.name === device)?.up && device !== 'any') {
      p.error(`tcpdump: ${device}: That device is not up\n`)
      return 1
    }
    p.error('tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n')
    p.error(`listening on ${device}, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n`)
    let captured = 0
    const startMs = nowMs()
    return p.within(
      new Promise<number>((resolve) => {
        const end = () => {
          p.handlers.set('INT', () => {})
          p.handlers.set('TERM', () => {})
          forget()
          p.error(
            `\n${captured} packets captured\n${captured} packets received by filter\n0 packets dropped by kernel\n`,
          )
          resolve(0)
        }
        const forget = world.taps.add(p.machine.name, device === 'any' ? 'eth0' : device, (packet) => {
          if (packet.atMs < startMs || !filter(packet)) return
          if (direction !== 'inout' && packet.direction !== direction) return
          captured++
          p.write(
            `${stampText(packet.atMs + p.machine.clockOffsetMs, flags)}${packetText(packet, flags.includes('e'))}\n`,
          )
          if (count > 0 && captured >= count) end()
        })
        p.atEnd(forget)
        p.handlers.set('INT', end)
        p.handlers.set('TERM', end)
      }),
    )
  }
