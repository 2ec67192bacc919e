import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipv4Number, macNumber } from '../domain/address'
import { PACKET_KINDS } from '../domain/sample'
import { parseTcpdumpLine } from './tcpdump-parse'

const kinds = (name: string) =>
  readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
    .trimEnd()
    .split('\n')
    .map(parseTcpdumpLine)
    .map((line) => (line.kind === 'sample' ? PACKET_KINDS[line.row[0] ?? -1] : line.kind))

describe('recordings of tcpdump', () => {
  it('tells gratuitous ARP from requests, probes and replies; 802.1Q too', () => {
    expect(kinds('tcpdump-e.txt')).toEqual([
      ...['gratuitous-arp', 'gratuitous-arp', 'gratuitous-arp', 'arp', 'arp', 'arp', 'arp'],
      ...['gratuitous-arp', 'gratuitous-arp'],
      ...['icmp-request', 'icmp-reply', 'icmp-request', 'icmp-reply'],
    ])
  })

  it('reads a capture on any interface, and knows its remarks', () => {
    const found = kinds('tcpdump-any.txt')
    expect(found).not.toContain('unparsed')
    expect(found.filter((kind) => kind === 'gratuitous-arp')).toHaveLength(5)
    expect(found.filter((kind) => kind?.startsWith('icmp'))).toHaveLength(2)
  })
})

const code = (kind: (typeof PACKET_KINDS)[number]) => PACKET_KINDS.indexOf(kind)

describe('single lines', () => {
  const MAC = '02:aa:bb:cc:dd:01'

  it('reads addresses, MAC, id and sequence', () => {
    const line = `1700000000.123456 ${MAC} > 02:aa:bb:cc:dd:02, ethertype IPv4 (0x0800), length 98: 10.0.60.102 > 8.8.8.8: ICMP echo request, id 99, seq 512, length 64`
    const addresses = [ipv4Number('10.0.60.102'), ipv4Number('8.8.8.8')]
    expect(parseTcpdumpLine(line)).toEqual({
      kind: 'sample',
      row: [code('icmp-request'), 1700000000123.456, ...addresses, 512, macNumber(MAC), 99],
    })
  })

  it('reads lines without -e; the reply still tells its MAC', () => {
    const rowOf = (text: string) => {
      const line = parseTcpdumpLine(`1700000000.123456 ${text}`)
      return line.kind === 'sample' ? line.row : []
    }
    expect(rowOf('IP 10.0.0.1 > 10.0.0.2: ICMP echo reply, id 1, seq 2, length 64')[0]).toBe(code('icmp-reply'))
    expect(rowOf(`ARP, Reply 10.0.0.1 is-at ${MAC}, length 28`)[5]).toBe(macNumber(MAC))
    expect(rowOf('ARP, Announcement 10.0.0.1, length 28')[0]).toBe(code('gratuitous-arp'))
  })

  it.each(['', 'tcpdump: listening', '3 packets captured', 'listening on va, link-type EN10MB (Ethernet)'])(
    'remark: %j',
    (line) => {
      expect(parseTcpdumpLine(line).kind).toMatch(/remark|unparsed/)
    },
  )

  it('keeps the rest, and never throws', () => {
    expect(parseTcpdumpLine('1700000000.123456 IP 10.0.0.1.53 > 10.0.0.2.99: UDP, length 3').kind).toBe('unparsed')
    expect(parseTcpdumpLine('1700000000.123456 IP 999.0.0.1 > 10.0.0.2: ICMP echo reply, id 1, seq 2').kind).toBe(
      'unparsed',
    )
    expect(parseTcpdumpLine('1700000000.123456 '.repeat(1_000_000)).kind).toBe('unparsed')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void parseTcpdumpLine(`1700000000.123456 ${text}`)),
      { seed: 4 },
    )
  })
})
