/** Names and places of the WAN lab: who is plugged into whom. */

export const PVE = 'pve'
export const EDGE = 'juulink-edge-1'
export const EDGE_USER = 'edge-node'
/** Behind the router, and on the far side of it. */
export const EDGE_ADDRESS = '192.168.10.2'
export const ROUTER_ADDRESS = '192.168.10.1'
export const FAR_ADDRESS = '192.168.100.2'
export const HTTP_PORTS = Array.from({ length: 10 }, (_, i) => 8001 + i)
export const IPERF_PORTS = [5201, 5202]
export const EMULATOR = '/root/wanulator2-headless'
export const GOOD_FILE = '/root/good.wcfg'

export type Plug = { port: string } | { isp: string } | null
/** A NIC of the PVE host; each is the only port of its bridge, beside the VM's. */
export type Nic = { name: string; bridge: string; mac: string; plugged: Plug }

const nic = (index: number, name: string, plugged: Plug): Nic => ({
  ...{ name, plugged, bridge: `vmbr${index + 1}` },
  mac: `3c:ec:ef:10:00:${String(index).padStart(2, '0')}`,
})

export const NICS: readonly Nic[] = [
  nic(0, 'enp1s0f0', null),
  nic(1, 'enp1s0f1', null),
  nic(2, 'enp1s0f2', { port: 'vni-0/0.0' }),
  nic(3, 'enp1s0f3', { isp: 'byu' }),
  nic(4, 'enp2s0f0', { port: 'vni-0/2.0' }),
  nic(5, 'enp2s0f1', { isp: 'starlink-2' }),
  nic(6, 'enp2s0f2', { port: 'vni-0/1.0' }),
  nic(7, 'enp2s0f3', { isp: 'starlink-1' }),
]

export const GUESTS = ['ens18', 'ens19'] as const
export type Guest = (typeof GUESTS)[number]

/** A WANulator: which NIC is behind each of its two interfaces. */
export type VmPlace = { vm: number; name: string; title: string; nics: Record<Guest, string> }

export const VMS: readonly VmPlace[] = [
  {
    vm: 100,
    name: 'wanulator-spare',
    title: 'WANulator 100 (not hooked up)',
    nics: { ens18: 'enp1s0f0', ens19: 'enp1s0f1' },
  },
  { vm: 101, name: 'wanulator-byu', title: 'Versa-0 – BYU', nics: { ens18: 'enp1s0f2', ens19: 'enp1s0f3' } },
  {
    vm: 102,
    name: 'wanulator-starlink2',
    title: 'Versa-2 – Starlink-2',
    nics: { ens18: 'enp2s0f0', ens19: 'enp2s0f1' },
  },
  {
    vm: 103,
    name: 'wanulator-starlink1',
    title: 'Versa-1 – Starlink-1',
    nics: { ens18: 'enp2s0f2', ens19: 'enp2s0f3' },
  },
]

/** One way to the far side. Times are of one direction, ms. */
export type LinkPlace = {
  id: string
  title: string
  kind: 'satellite' | 'wired'
  /** 1 is preferred. */
  priority: number
  vm: number
  port: string
  /** Towards the router, and towards the ISP. */
  inside: string
  outside: string
  delayMs: number
  jitterMs: number
  /** Of the router, and of the router on the far side as this link leads to it. */
  addresses: [string, string]
}

export const LINKS: readonly LinkPlace[] = [
  {
    ...{ id: 'starlink-1', title: 'Starlink-1', kind: 'satellite', priority: 1, vm: 103, port: 'vni-0/1.0' },
    ...{ inside: 'enp2s0f2', outside: 'enp2s0f3', delayMs: 21, jitterMs: 3 },
    addresses: ['100.64.1.2', '203.0.113.10'],
  },
  {
    ...{ id: 'starlink-2', title: 'Starlink-2', kind: 'satellite', priority: 2, vm: 102, port: 'vni-0/2.0' },
    ...{ inside: 'enp2s0f0', outside: 'enp2s0f1', delayMs: 23, jitterMs: 3 },
    addresses: ['100.64.2.2', '203.0.113.10'],
  },
  {
    ...{ id: 'byu', title: 'BYU ethernet', kind: 'wired', priority: 3, vm: 101, port: 'vni-0/0.0' },
    ...{ inside: 'enp1s0f2', outside: 'enp1s0f3', delayMs: 6, jitterMs: 0.4 },
    addresses: ['198.51.100.2', '203.0.113.10'],
  },
]

export const serialSocket = (vm: number): string => `/var/run/qemu-server/${vm}.serial0`
