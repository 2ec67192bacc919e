import { describe, expect, it } from 'vitest'
import { isNameOfBus, parseLinkRows } from './ip-link-parse'

describe('parseLinkRows', () => {
  it('reads names, both MACs, the bridge, the bus address and the VF table, old and new', () => {
    const rows = parseLinkRows(
      JSON.stringify([
        { ifname: 'lo', link_type: 'loopback', address: '00:00:00:00:00:00' },
        {
          ...{ ifname: 'ge-0-0-1', address: '02:BF:72:01:01:00', permaddr: '3c:ec:ef:44:b7:00', master: 'br0' },
          ...{ altnames: ['enp9s0f0', 7], parentbus: 'pci', parentdev: '0000:09:00.0', link_type: 'ether' },
        },
        {
          ifname: 'eno6np1',
          vfinfo_list: [
            {
              vf: 0,
              link_type: 'ether',
              address: '3c:ec:ef:44:b7:00',
              spoofchk: false,
              link_state: 'auto',
              trust: true,
            },
            { vf: 1, mac: '3c:ec:ef:44:b7:01', spoofchk: true },
            { vf: 'x' },
          ],
        },
        'no row',
      ]),
    )
    expect(rows?.map(({ name }) => name)).toEqual(['lo', 'ge-0-0-1', 'eno6np1'])
    expect(rows?.[0]?.isLoopback).toBe(true)
    expect(rows?.[1]).toEqual({
      ...{ name: 'ge-0-0-1', mac: '02:bf:72:01:01:00', permanentMac: '3c:ec:ef:44:b7:00', otherNames: ['enp9s0f0'] },
      ...{ master: 'br0', parent: '0000:09:00.0', isLoopback: false, vfs: [] },
    })
    expect(rows?.[2]?.vfs).toEqual([
      { index: 0, mac: '3c:ec:ef:44:b7:00', spoofCheck: false, trust: true, linkState: 'auto' },
      { index: 1, mac: '3c:ec:ef:44:b7:01', spoofCheck: true, trust: null, linkState: null },
    ])
  })

  it.each(['', 'Object "lin" is unknown', '{}', '[{"ifname":"x"'])('takes %j for no list', (text) => {
    expect(parseLinkRows(text)).toBeNull()
  })
})

it.each<[string, string, boolean | null]>([
  ['enp9s0f0', '0000:09:00.0', true],
  ['enp9s0', '0000:09:00.0', true],
  ['enp9s0f1', '0000:09:00.0', false],
  ['enp16s0', '0000:10:00.0', true],
  ['enp6s0', '0000:07:00.0', false],
  ['eth0', '0000:07:00.0', null],
  ['enp6s0', 'virtio0', null],
])('%s at bus address %s: %s', (name, bus, is) => {
  expect(isNameOfBus(name, bus)).toBe(is)
})
