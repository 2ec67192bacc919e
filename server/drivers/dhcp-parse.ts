import { ipv4Number } from '../domain/address'
import type { DhcpLease } from '../domain/dhcp'
import { deviceLines, MAX_LINE_CHARS, MAX_TABLE_CHARS } from './text-parse'

/** What one line of `dhclient -v` says; `other` is everything that decides nothing. */
export type DhclientLine =
  | { kind: 'asking' }
  | { kind: 'bound'; address: string }
  /** It has given up. */
  | { kind: 'no-answer' }
  | { kind: 'other' }

/** A DHCP packet as tcpdump prints it: stampMs is the capture host's clock, mac the sender's in lower case. */
export type DhcpPacket = { message: 'request' | 'reply'; stampMs: number; mac: string }

const isIPv4 = (text: string): boolean => ipv4Number(text) !== null
const ADDRESS = '\\d{1,3}(?:\\.\\d{1,3}){3}'
const BOUND = new RegExp(`^bound to (${ADDRESS})(?: --|$)`)
const PACKET = new RegExp(
  `^(\\d{9,11})\\.(\\d{6}) ((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}) > .{1,120}: ${ADDRESS}\\.\\d{1,5} > ${ADDRESS}\\.\\d{1,5}: BOOTP/DHCP, (Request|Reply)\\b`,
)

/** One line without its end. Never throws. */
export function parseDhclientLine(line: string): DhclientLine {
  if (line.length > MAX_LINE_CHARS) return { kind: 'other' }
  const text = line.trim()
  const address = BOUND.exec(text)?.[1]
  if (address && isIPv4(address)) return { kind: 'bound', address }
  if (/^DHCP(DISCOVER|REQUEST) /.test(text)) return { kind: 'asking' }
  return { kind: text === 'No DHCPOFFERS received.' ? 'no-answer' : 'other' }
}

/** One line of `tcpdump -l -n -tt -e`; null for what is no DHCP packet. Never throws. */
export function parseDhcpPacket(line: string): DhcpPacket | null {
  if (line.length > MAX_LINE_CHARS) return null
  const [, seconds, micros, mac, word] = PACKET.exec(line.trimEnd()) ?? []
  if (!mac) return null
  const stampMs = Number(seconds) * 1000 + Number(micros) / 1000
  return { message: word === 'Request' ? 'request' : 'reply', stampMs, mac: mac.toLowerCase() }
}

function readStatement(lease: Partial<DhcpLease>, line: string): void {
  const [, name, value = ''] = /^ *(?:option )?([a-z-]{1,60}) ([^;]{1,1000});$/.exec(line) ?? []
  const addresses = value.split(',').map((part) => part.trim())
  if (name === 'fixed-address' && isIPv4(value)) lease.address = value
  if (name === 'routers' && addresses.every((address) => isIPv4(address))) lease.routers = addresses
  if (name === 'dhcp-server-identifier' && isIPv4(value)) lease.server = value
  if (name === 'dhcp-lease-time' && /^\d{1,10}$/.test(value)) lease.leaseS = Number(value)
}

/**
 * The lease file of dhclient: every renewal is written behind the last, so the last one counts. null when there is none,
 * when that one has no address, or when it was not written to its end. Never throws, linear in the text.
 */
export function parseLeases(text: string): DhcpLease | null {
  if (text.length > MAX_TABLE_CHARS) return null
  let open: Partial<DhcpLease> | null = null
  let last: Partial<DhcpLease> | null = null
  for (const line of deviceLines(text)) {
    if (/^ *lease \{$/.test(line)) {
      open = {}
      last = null
    } else if (open && /^ *\}$/.test(line)) {
      last = open
      open = null
    } else if (open) readStatement(open, line)
  }
  if (!last?.address) return null
  const { address, routers = [], server = null, leaseS = null } = last
  return { address, routers, server, leaseS }
}
