import { nowMs } from '../../core/scheduler'
import type { Process, Program } from '../../machine/process'
import { EDGE_ADDRESS, GUESTS, NICS } from '../topology'
import type { WanWorld } from '../world'

type Stats = { packets: number; bytes: number }
type Row = {
  name: string
  mac: string
  isUp: boolean
  hasCarrier: boolean
  master?: string
  isLoopback?: boolean
  isBridge?: boolean
  addresses?: string[]
  in?: Stats
  out?: Stats
}

const LOOPBACK: Row = {
  ...{ name: 'lo', mac: '00:00:00:00:00:00', isUp: true, hasCarrier: true, isLoopback: true },
  addresses: ['127.0.0.1/8'],
}

function pveRows(world: WanWorld): Row[] {
  const nics = NICS.map(({ name, mac, bridge, plugged }): Row => {
    const state = world.wires.nics.get(name)
    const isUp = state?.up ?? false
    return { name, mac, isUp, hasCarrier: isUp && plugged !== null, master: bridge, in: state?.in, out: state?.out }
  })
  const taps = world.vms.flatMap(({ place, isRunning }) =>
    !isRunning
      ? []
      : GUESTS.map((guest, index): Row => {
          const master = NICS.find(({ name }) => name === place.nics[guest])?.bridge
          return {
            name: `tap${place.vm}i${index}`,
            mac: `fe:24:11:0a:${String(place.vm % 100).padStart(2, '0')}:0${index}`,
            isUp: true,
            hasCarrier: true,
            master,
          }
        }),
  )
  const hasPort = (bridge: string) =>
    [...nics, ...taps].some(({ master, hasCarrier }) => master === bridge && hasCarrier)
  const bridges = NICS.map(
    ({ bridge, mac }): Row => ({ name: bridge, mac, isUp: true, hasCarrier: hasPort(bridge), isBridge: true }),
  )
  const management: Row[] = [
    { name: 'eno1', mac: '3c:ec:ef:10:01:00', isUp: true, hasCarrier: true, master: 'vmbr0' },
    {
      name: 'vmbr0',
      mac: '3c:ec:ef:10:01:00',
      isUp: true,
      hasCarrier: true,
      isBridge: true,
      addresses: ['10.20.0.10/24'],
    },
  ]
  return [LOOPBACK, ...management, ...nics, ...bridges, ...taps]
}

const edgeRows = (): Row[] => [
  LOOPBACK,
  { name: 'eth0', mac: 'bc:24:11:0b:00:01', isUp: true, hasCarrier: true, addresses: [`${EDGE_ADDRESS}/24`] },
]

const statsJson = (row: Row) => ({
  rx: { bytes: row.in?.bytes ?? 0, packets: row.in?.packets ?? 0, errors: 0, dropped: 0, over_errors: 0, multicast: 0 },
  tx: {
    bytes: row.out?.bytes ?? 0,
    packets: row.out?.packets ?? 0,
    errors: 0,
    dropped: 0,
    carrier_errors: 0,
    collisions: 0,
  },
})

const flagsOf = ({ isUp, hasCarrier, isLoopback }: Row): string[] => [
  ...(isLoopback ? ['LOOPBACK'] : ['BROADCAST', 'MULTICAST']),
  ...(isUp ? ['UP', hasCarrier ? 'LOWER_UP' : 'NO-CARRIER'] : []),
]
const stateOf = ({ isUp, hasCarrier, isLoopback }: Row): string =>
  isLoopback ? 'UNKNOWN' : isUp && hasCarrier ? 'UP' : 'DOWN'

function rowJson(row: Row, index: number, wants: { addresses: boolean; counts: boolean; details: boolean }) {
  const { name, mac, master, isLoopback, isBridge, addresses = [] } = row
  return {
    ...{ ifindex: index + 1, ifname: name, flags: flagsOf(row), mtu: isLoopback ? 65536 : 1500 },
    ...{ qdisc: isLoopback || isBridge ? 'noqueue' : 'mq', ...(master ? { master } : {}) },
    ...{ operstate: stateOf(row), linkmode: 'DEFAULT', group: 'default', txqlen: 1000 },
    ...{ link_type: isLoopback ? 'loopback' : 'ether', address: mac },
    broadcast: isLoopback ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
    ...(wants.details && isBridge ? { linkinfo: { info_kind: 'bridge' } } : {}),
    ...(wants.details && master
      ? { linkinfo: { info_slave_kind: 'bridge', info_slave_data: { state: 'forwarding' } } }
      : {}),
    ...(wants.addresses
      ? {
          addr_info: addresses.map((a) => ({
            family: 'inet',
            local: a.split('/')[0],
            prefixlen: Number(a.split('/')[1]),
          })),
        }
      : {}),
    ...(wants.counts ? { stats64: statsJson(row) } : {}),
  }
}

const rowText = (row: Row, index: number): string =>
  `${index + 1}: ${row.name}: <${flagsOf(row).join(',')}> mtu 1500 qdisc mq ${row.master ? `master ${row.master} ` : ''}state ${stateOf(row)} mode DEFAULT group default qlen 1000\n    link/${row.isLoopback ? 'loopback' : 'ether'} ${row.mac} brd ff:ff:ff:ff:ff:ff\n`

/** `ip link set [dev] NIC up|down`. */
function setLink(world: WanWorld, p: Process, words: readonly string[]): number {
  const [nic = '', ...rest] = words.slice(2).filter((word) => word !== 'dev')
  if (!world.wires.nics.has(nic)) {
    p.error(`Cannot find device "${nic}"\n`)
    return 1
  }
  for (const word of rest) if (word === 'up' || word === 'down') world.wires.setUp(nic, word === 'up', nowMs())
  return 0
}

/** `ip [-j] [-s] [-d] link|addr [show [dev] NAME]`, `ip link set NIC up|down`, `ip route`. */
export const ip =
  (world: WanWorld): Program =>
  async (p) => {
    if (p.args[1] === '-V') {
      p.write('ip utility, iproute2-6.1.0, libbpf 1.1.0\n')
      return 0
    }
    const flags = p.args.slice(1).filter((arg) => arg.startsWith('-'))
    const words = p.args.slice(1).filter((arg) => !arg.startsWith('-'))
    const [object = '', verb = 'show'] = words
    const isPve = p.machine.kind === 'pve'
    if (/^l/.test(object) && verb === 'set' && isPve) return setLink(world, p, words)
    if (/^r/.test(object)) {
      p.write(isPve ? 'default via 10.20.0.1 dev vmbr0\n' : 'default via 192.168.10.1 dev eth0\n')
      return 0
    }
    if (!/^[la]/.test(object)) {
      p.error(`Object "${object}" is unknown, try "ip help".\n`)
      return 1
    }
    const rows = isPve ? pveRows(world) : edgeRows()
    const named = words.slice(2).find((word) => word !== 'dev')
    const chosen = rows
      .map((row, index) => ({ row, index }))
      .filter(({ row }) => named === undefined || row.name === named)
    if (chosen.length === 0) {
      p.error(`Device "${named}" does not exist.\n`)
      return 1
    }
    const has = (letter: string) => flags.some((flag) => new RegExp(`^-${letter}`).test(flag))
    const wants = { addresses: object.startsWith('a'), counts: has('s'), details: has('d') }
    if (has('j')) p.write(`${JSON.stringify(chosen.map(({ row, index }) => rowJson(row, index, wants)))}\n`)
    else for (const { row, index } of chosen) p.write(rowText(row, index))
    return 0
  }

/** `bridge [-j] link`: the ports of all bridges. */
export const bridge =
  (world: WanWorld): Program =>
  async (p) => {
    const ports = pveRows(world).flatMap((row, index) => (row.master ? [{ row, index }] : []))
    const json = ports.map(({ row, index }) => {
      const state = row.hasCarrier ? 'forwarding' : 'disabled'
      return {
        ifindex: index + 1,
        ifname: row.name,
        flags: flagsOf(row),
        mtu: 1500,
        master: row.master,
        state,
        priority: 32,
        cost: 100,
      }
    })
    if (p.args.some((arg) => arg.startsWith('-j'))) p.write(`${JSON.stringify(json)}\n`)
    else
      for (const port of json)
        p.write(
          `${port.ifindex}: ${port.ifname}: <${port.flags.join(',')}> mtu 1500 master ${port.master} state ${port.state} priority 32 cost 100\n`,
        )
    return 0
  }
