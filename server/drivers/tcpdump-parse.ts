import { ipv4Number, macNumber } from '../domain/address'
import { PACKET_KINDS, type SampleRow } from '../domain/sample'
import { MAX_LINE_CHARS } from './text-parse'

/** One line of `tcpdump -l -n -tt -e`: a row of SAMPLE_COLUMNS.capture, its own remarks, or nothing that a rule knows. */
export type TcpdumpLine = { kind: 'sample'; row: SampleRow } | { kind: 'remark' } | { kind: 'unparsed' }

const STAMP = /^(\d{9,11})\.(\d{6}) (.+)$/
const MAC = '(?:[0-9a-f]{2}:){5}[0-9a-f]{2}'
/** Ethernet (`a > b,`) or Linux cooked capture of `-i any` (`eth0 B ifindex 2 a `). */
const ETHERNET = new RegExp(`^(${MAC}) > (${MAC}|Broadcast),`)
const COOKED = new RegExp(`^\\S{1,16} +(In|Out|B|M|P) +ifindex \\d{1,9} (${MAC}) `)
const ARP_REQUEST = new RegExp(`\\bRequest who-has (\\S{7,15})(?: \\(${MAC}\\))? tell (\\d[\\d.]{6,14})`)
const ARP_ANNOUNCEMENT = /\bARP\b.{0,40}\bAnnouncement (\d[\d.]{6,14})/
const ARP_REPLY = new RegExp(`\\bReply (\\d[\\d.]{6,14}) is-at (${MAC})`)
const ICMP_ECHO =
  /(?:^IP |: |, )(\d[\d.]{6,14}) > (\d[\d.]{6,14}): ICMP echo (request|reply), id (\d{1,5}), seq (\d{1,5})\b/
const REMARK = /^(tcpdump: |listening on |\d+ packets? (?:captured|received by filter|dropped by )|$)/

const BROADCAST = 'ff:ff:ff:ff:ff:ff'

type Packet = {
  kind: (typeof PACKET_KINDS)[number]
  source: string
  target: string | null
  seq: number | null
  id: number | null
}

function packetOf(text: string, toBroadcast: boolean): Packet | null {
  const [, requestTarget = '', requestSender] = ARP_REQUEST.exec(text) ?? []
  if (requestSender) {
    const kind = requestSender === requestTarget ? 'gratuitous-arp' : 'arp'
    return { kind, source: requestSender, target: requestTarget, seq: null, id: null }
  }
  const announced = ARP_ANNOUNCEMENT.exec(text)?.[1]
  if (announced) return { kind: 'gratuitous-arp', source: announced, target: announced, seq: null, id: null }
  const replySender = ARP_REPLY.exec(text)?.[1]
  // tcpdump does not print a reply's target address: one that goes to everybody is the gratuitous form
  if (replySender)
    return toBroadcast
      ? { kind: 'gratuitous-arp', source: replySender, target: replySender, seq: null, id: null }
      : { kind: 'arp', source: replySender, target: null, seq: null, id: null }
  const [, source, target = '', what, id, seq] = ICMP_ECHO.exec(text) ?? []
  if (!source) return null
  return { kind: what === 'request' ? 'icmp-request' : 'icmp-reply', source, target, seq: Number(seq), id: Number(id) }
}

/**
 * One line of `tcpdump -l -n -tt -e` for ARP and ICMP echo, plain Ethernet, 802.1Q or `-i any`; without -e the MAC of an
 * ARP reply is still known. Never throws. Gratuitous: sender IP equals target IP, or a reply to everybody.
 */
export function parseTcpdumpLine(line: string): TcpdumpLine {
  if (line.length > MAX_LINE_CHARS) return { kind: 'unparsed' }
  const [, seconds, micros, text = ''] = STAMP.exec(line) ?? []
  if (seconds === undefined) return { kind: REMARK.test(line) ? 'remark' : 'unparsed' }
  const ethernet = ETHERNET.exec(text)
  const cooked = COOKED.exec(text)
  const toBroadcast = ethernet ? ethernet[2] === BROADCAST || ethernet[2] === 'Broadcast' : cooked?.[1] === 'B'
  const packet = packetOf(text, toBroadcast)
  const source = packet && ipv4Number(packet.source)
  const target = packet?.target == null ? null : ipv4Number(packet.target)
  if (!packet || source === null || (packet.target !== null && target === null)) return { kind: 'unparsed' }
  const mac = macNumber(ethernet?.[1] ?? cooked?.[2] ?? ARP_REPLY.exec(text)?.[2] ?? '')
  const stampMs = Number(seconds) * 1000 + Number(micros) / 1000
  return {
    kind: 'sample',
    row: [PACKET_KINDS.indexOf(packet.kind), stampMs, source, target, packet.seq, mac, packet.id],
  }
}
