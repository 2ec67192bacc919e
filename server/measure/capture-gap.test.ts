import { describe, expect, it } from 'vitest'
import { ipv4Number, macNumber } from '../domain/address'
import { PACKET_KINDS, type SampleRow } from '../domain/sample'
import { countGarp, requestGap } from './capture-gap'

const START = 1_700_000_000_000
const T0 = START + 500
const request = (ms: number, seq: number, target = '8.8.8.8'): SampleRow => [
  PACKET_KINDS.indexOf('icmp-request'),
  START + ms,
  ipv4Number('10.0.60.102'),
  ipv4Number(target),
  seq % 65_536,
  null,
  1,
]
const steady = (fromMs: number, toMs: number, firstSeq: number) =>
  Array.from({ length: (toMs - fromMs) / 5 }, (_, i) => request(fromMs + i * 5, firstSeq + i))

describe('gap of captured requests', () => {
  it('is the longest with missing sequence numbers, less a spacing at either end', () => {
    const rows = [...steady(0, 600, 65_500), ...steady(1600, 2000, 65_500 + 120 + 100)]
    const gap = requestGap(rows, '8.8.8.8', T0, 'far side')
    expect(gap).toMatchObject({ ms: 1005, fromMs: START + 595, toMs: START + 1600, method: 'TBM' })
    expect(gap?.minusMs).toBeGreaterThan(15)
    expect(gap?.minusMs).toBeLessThan(30)
  })

  it("takes a gap without a missing number for the sender's", () => {
    const rows = [...steady(0, 600, 1), ...steady(1600, 2000, 121)]
    expect(requestGap(rows, '8.8.8.8', T0, 'far side')).toMatchObject({ ms: 0, plusMs: 1005 })
  })

  it('looks at its own target only, and needs packets on both sides of T0', () => {
    expect(requestGap(steady(0, 400, 1), '8.8.8.8', T0, 'far side')).toBeNull()
    expect(requestGap(steady(600, 900, 1), '8.8.8.8', T0, 'far side')).toBeNull()
    expect(requestGap(steady(0, 900, 1), '9.9.9.9', T0, 'far side')).toBeNull()
  })

  it('is not confused by a late or repeated request', () => {
    const rows = steady(0, 900, 1)
    rows.splice(150, 0, request(747, 140), request(748, 140))
    expect(requestGap(rows, '8.8.8.8', T0, 'far side')?.ms).toBe(0)
  })
})

describe('gratuitous ARP', () => {
  it('counts per MAC, for the VIP, after T0', () => {
    const garp = (ms: number, vip: string, mac: string): SampleRow => {
      const address = ipv4Number(vip)
      return [PACKET_KINDS.indexOf('gratuitous-arp'), START + ms, address, address, null, macNumber(mac), null]
    }
    const [old, fresh] = ['02:00:00:00:00:01', '02:00:00:00:00:02']
    const rows = [
      garp(100, '10.0.60.1', old),
      garp(700, '10.0.60.1', fresh),
      garp(701, '10.0.60.1', fresh),
      garp(702, '10.0.60.9', fresh),
    ]
    const count = countGarp(rows, '10.0.60.1', T0)
    expect([...count.byMac]).toEqual([[fresh, 2]])
    expect(count.total).toBe(2)
  })
})
