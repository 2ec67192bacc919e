import type { LinkPlace } from './topology'

/** What a frame on a WAN link is for; on the wire nothing but its length tells. */
export type FrameKind = 'traffic' | 'sla'
/** Which way: from the router to the ISP, or back. */
export type Towards = 'isp' | 'router'

const ETHERNET = 14
const IP_UDP = 28
/** SPI and sequence, IV, ICV. */
const ESP = 8 + 8 + 16
const BLOCK = 16
const PORT = 4500

/** Length on the wire of an inner IP packet: padded to whole blocks, encrypted, in UDP. */
export const tunnelBytes = (inner: number): number => ETHERNET + IP_UDP + ESP + BLOCK * Math.ceil((inner + 2) / BLOCK)

const addressBytes = (address: string): number[] => address.split('.').map(Number)
const macBytes = (mac: string): number[] => mac.split(':').map((byte) => Number.parseInt(byte, 16))
const routerMac = ({ vm }: LinkPlace): string => `00:1a:4a:00:01:${String(vm % 100).padStart(2, '0')}`
const ispMac = ({ vm }: LinkPlace): string => `00:1a:4a:00:02:${String(vm % 100).padStart(2, '0')}`

const u16 = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff]

/** Sum of 16-bit words in one's complement (RFC 1071). */
function checksum(header: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < header.length; i += 2) sum += ((header[i] ?? 0) << 8) + (header[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

/** Ethernet, IPv4, UDP, ESP; what is encrypted is noise. Nothing but the sequence differs between frames of a length. */
function template(link: LinkPlace, towards: Towards, bytes: number): Buffer {
  const isOut = towards === 'isp'
  const [own, far] = link.addresses.map(addressBytes) as [number[], number[]]
  const macs = isOut ? [ispMac(link), routerMac(link)] : [routerMac(link), ispMac(link)]
  const total = bytes - ETHERNET
  const ip = [0x45, 0, ...u16(total), 0, 0, 0x40, 0, isOut ? 64 : 52, 17, 0, 0]
  const header = [...ip, ...(isOut ? own : far), ...(isOut ? far : own)]
  ;[header[10], header[11]] = u16(checksum(header))
  const udp = [...u16(PORT), ...u16(PORT), ...u16(total - 20), 0, 0]
  const head = [...macs.flatMap(macBytes), 0x08, 0x00, ...header, ...udp, 0, 0, link.vm & 0xff, isOut ? 1 : 2]
  const noise = Array.from({ length: Math.max(0, bytes - head.length) }, (_, i) => (i * 167 + 89) & 0xff)
  return Buffer.from([...head, ...noise])
}

const SEQUENCE_AT = ETHERNET + IP_UDP + 4
const templates = new Map<string, Buffer>()

/** The first `length` bytes of a frame. */
export function frameHead(link: LinkPlace, towards: Towards, bytes: number, sequence: number, length: number): Buffer {
  const key = `${link.id} ${towards} ${bytes}`
  const known = templates.get(key) ?? template(link, towards, bytes)
  templates.set(key, known)
  const head = Buffer.from(known.subarray(0, length))
  if (head.length >= SEQUENCE_AT + 4) head.writeUInt32BE(sequence >>> 0, SEQUENCE_AT)
  return head
}
