import { describe, expect, it } from 'vitest'
import { parseLinkBytes, parseLinkCounters } from './link-counters'

// iproute2 6.1: ip -s -j link show
const text = JSON.stringify([
  {
    ...{ ifindex: 2, ifname: 'ge-0-0-1', flags: ['UP'], mtu: 1500, operstate: 'UP' },
    stats64: {
      rx: { bytes: 9000, packets: 9, errors: 1, dropped: 2, over_errors: 0, multicast: 3 },
      tx: { bytes: 800, packets: 8, errors: 0, dropped: 4, carrier_errors: 0, collisions: 0 },
    },
  },
  { ifindex: 3, ifname: 'ge-0-0-2', flags: [] },
  7,
])

describe('counters of interfaces', () => {
  it('are read where the kernel shows them', () => {
    expect(parseLinkCounters(text)).toEqual([
      { name: 'ge-0-0-1', rxPackets: 9, txPackets: 8, rxDropped: 2, txDropped: 4, rxErrors: 1, txErrors: 0 },
    ])
  })

  it('tell bytes as well', () => {
    expect(parseLinkBytes(text)).toEqual([{ name: 'ge-0-0-1', rxBytes: 9000, txBytes: 800 }])
    expect(parseLinkBytes('no list')).toBeNull()
  })

  it('are not made up from anything else', () => {
    expect(parseLinkCounters('')).toBeNull()
    expect(parseLinkCounters('{"a":1}')).toBeNull()
    expect(parseLinkCounters('[]')).toEqual([])
    expect(parseLinkCounters(text.replace('"dropped":2', '"dropped":-2'))).toEqual([])
  })
})
