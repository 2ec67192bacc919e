import { nowMs } from '../core/scheduler'
import type { Machine, NetDevice } from '../machine/machine'
import type { Program } from '../machine/process'
import { PF, portsOf, type VfSettings } from '../world/host-links'
import { carries } from '../world/links'
import { junosToLinux, LAN_VIP, NODES, RETHS, rethMac, WAN_GATEWAY, WAN_VIP, wanPort } from '../world/topology'
import type { World } from '../world/world'
import { ADDRESS_VERBS, macOf, setAddress, setHostLink, setLink } from './ip-set'

/** The addresses of a device; a VIP stands on the member of the node that is primary. */
function addressesOf(world: World, machine: Machine, device: NetDevice): string[] {
  const node = world.nodeOf(machine)
  const reth = node?.alive ? RETHS.find((r) => junosToLinux(r.members[node.id] ?? '') === device.name) : undefined
  const holds = node && reth && node.states[reth.group] === 'primary'
  return [...device.addresses, ...(holds && reth ? [`${reth.vip}/${reth.prefix}`] : [])]
}

const vfJson = ({ mac, spoofCheck, linkState, trust }: VfSettings, vf: number) => ({
  ...{ vf, link_type: 'ether', address: mac, broadcast: 'ff:ff:ff:ff:ff:ff', vlan_list: [{}] },
  ...{ rate: { max_tx: 0, min_tx: 0 }, spoofchk: spoofCheck, link_state: linkState, trust, query_rss_en: false },
})

const onOff = (is: boolean): string => (is ? 'on' : 'off')

const vfText = (vf: VfSettings, index: number): string =>
  `    vf ${String(index).padEnd(5)} link/ether ${vf.mac} brd ff:ff:ff:ff:ff:ff, spoof checking ${onOff(vf.spoofCheck)}, link-state ${vf.linkState}, trust ${onOff(vf.trust)}, query_rss off\n`

/** A port of a bridge on the host. */
const portJson = ({ name, mac, master }: ReturnType<typeof portsOf>[number], index: number) => ({
  ...{ ifindex: 100 + index, link_index: 2, ifname: name, flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'] },
  ...{ mtu: 1500, qdisc: 'noqueue', master, operstate: 'UP', linkmode: 'DEFAULT', group: 'default', txqlen: 1000 },
  ...{ link_type: 'ether', address: mac, broadcast: 'ff:ff:ff:ff:ff:ff' },
})

function linkJson(world: World, machine: Machine, device: NetDevice, index: number, withAddresses: boolean) {
  const lo = device.name === 'lo'
  const flags = lo
    ? ['LOOPBACK', 'UP', 'LOWER_UP']
    : ['BROADCAST', 'MULTICAST', ...(device.up ? ['UP', carries(device) ? 'LOWER_UP' : 'NO-CARRIER'] : [])]
  const base = {
    ifindex: index + 1,
    ifname: device.name,
    flags,
    mtu: device.mtu,
    qdisc: lo ? 'noqueue' : 'mq',
    operstate: lo ? 'UNKNOWN' : carries(device) ? 'UP' : 'DOWN',
    ...(withAddresses ? {} : { linkmode: 'DEFAULT' }),
    group: 'default',
    txqlen: 1000,
    link_type: lo ? 'loopback' : 'ether',
    address: macOf(world, machine, device),
    broadcast: lo ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
    ...(macOf(world, machine, device) === device.mac ? {} : { permaddr: device.mac }),
    ...(device.kernel && device.kernel !== device.name ? { altnames: [device.kernel] } : {}),
    ...(machine.kind === 'host' && device.name === PF ? { vfinfo_list: world.vfs.map(vfJson) } : {}),
  }
  if (!withAddresses) return base
  const info = addressesOf(world, machine, device).map((a) => ({
    family: 'inet',
    local: a.split('/')[0],
    prefixlen: Number(a.split('/')[1]),
    scope: lo ? 'host' : 'global',
    label: device.name,
    valid_life_time: 4294967295,
    preferred_life_time: 4294967295,
  }))
  return { ...base, addr_info: info }
}

/** Counters since the machine booted: packets by its sessions, drops where the options ask for them. */
function statistics(world: World, machine: Machine, device: NetDevice) {
  const node = world.nodeOf(machine)
  const entries = world.sessions.list(node?.id ?? world.cluster.forwarder[1].last ?? 0)
  const packets = device.name === 'lo' ? 0 : entries.reduce((sum, entry) => sum + entry.packets, 0)
  const isMember = node !== null && device.name === junosToLinux(wanPort(node.id)) && node.states[1] === 'primary'
  const dropped = isMember ? Math.floor(((nowMs() - world.createdMs) / 1000) * world.options.memberDropsPerS) : 0
  const none = { errors: 0, over_errors: 0, multicast: 0 }
  return {
    rx: { bytes: packets * 1000, packets, ...none, dropped },
    tx: { bytes: packets * 1000, packets, errors: 0, dropped: 0, carrier_errors: 0, collisions: 0 },
  }
}

type LinkRow = ReturnType<typeof linkJson> | (ReturnType<typeof portJson> & { addr_info?: undefined })

function routesJson(world: World, machine: Machine) {
  const network = (a: string): string => `${a.split('/')[0]?.split('.').slice(0, 3).join('.')}.0/${a.split('/')[1]}`
  const direct = machine.devices.flatMap((d) =>
    d.name === 'lo' || !d.up
      ? []
      : addressesOf(world, machine, d)
          .filter((a) => !a.endsWith('/32'))
          .map((a) => ({
            dst: network(a),
            dev: d.name,
            protocol: 'kernel',
            scope: 'link',
            prefsrc: a.split('/')[0],
            flags: [],
          })),
  )
  const gateways: Record<string, [string, string]> = {
    'cluster-lan-host': [LAN_VIP, 'eth0'],
    'incus-host': ['10.10.0.1', 'eno1'],
  }
  const [gateway, device] =
    gateways[machine.name] ??
    (machine.kind === 'firewall'
      ? [WAN_GATEWAY, junosToLinux(machine.name === NODES[0].instance ? 'ge-0/0/1' : 'ge-7/0/1')]
      : [])
  const back = machine.kind === 'wan-host' ? [{ dst: '10.0.60.0/24', gateway: WAN_VIP, dev: 'eth0', flags: [] }] : []
  return [...(gateway ? [{ dst: 'default', gateway, dev: device, flags: [] }] : []), ...back, ...direct]
}

/** `ip [-j] link|addr|route|neigh …`; text output only as far as a person needs it. */
export const ip =
  (world: World): Program =>
  async (p) => {
    if (p.args[1] === '-V') {
      p.write('ip utility, iproute2-6.1.0, libbpf 1.1.0\n')
      return 0
    }
    const counts = p.args.slice(1).some((a) => a === '-s' || a === '-statistics')
    const json = p.args.slice(1).some((a) => /^-j/.test(a) || a === '-json')
    const words = p.args.slice(1).filter((a) => !a.startsWith('-'))
    const [object = '', verb = 'show'] = words
    const named = words.includes('dev')
      ? words[words.indexOf('dev') + 1]
      : ['show', 'list'].includes(verb)
        ? words[2]
        : undefined
    if (/^l(i(nk?)?)?$/.test(object) && verb === 'set')
      return p.machine.kind === 'host' ? setHostLink(world, p, words) : setLink(world, p, words)
    if (object.startsWith('a') && ADDRESS_VERBS.includes(verb)) return setAddress(world, p, verb, words)
    if (/^(l|a)/.test(object)) {
      const rows: LinkRow[] = [
        ...p.machine.devices.map((d, i) => ({
          ...linkJson(world, p.machine, d, i, object.startsWith('a')),
          ...(counts ? { stats64: statistics(world, p.machine, d) } : {}),
        })),
        ...(p.machine.kind === 'host' ? portsOf(world).map(portJson) : []),
      ]
      const chosen = named ? rows.filter((r) => r.ifname === named) : rows
      if (named && chosen.length === 0) {
        p.error(`Device "${named}" does not exist.\n`)
        return 1
      }
      if (json) p.write(`${JSON.stringify(chosen)}\n`)
      else {
        const end = p.args.includes('-o') ? '\\' : '\n'
        for (const r of chosen) {
          p.write(
            `${r.ifindex}: ${r.ifname}: <${r.flags.join(',')}> mtu ${r.mtu} qdisc ${r.qdisc} state ${r.operstate} group default qlen 1000${end}    link/${r.link_type} ${r.address} brd ${r.broadcast}\n`,
          )
          if (p.machine.kind === 'host' && r.ifname === PF) p.write(world.vfs.map(vfText).join(''))
          if ('addr_info' in r)
            for (const a of r.addr_info ?? [])
              p.write(`    inet ${a.local}/${a.prefixlen} scope ${a.scope} ${r.ifname}\n`)
        }
      }
      return 0
    }
    if (object.startsWith('r')) {
      const rows = routesJson(world, p.machine)
      if (json) p.write(`${JSON.stringify(rows)}\n`)
      else for (const r of rows) p.write(`${r.dst}${'gateway' in r ? ` via ${r.gateway}` : ''} dev ${r.dev}\n`)
      return 0
    }
    if (object.startsWith('n')) {
      const group = p.machine.kind === 'lan-host' ? 2 : 1
      const owner = world.cluster.forwarder[group].last
      const rows =
        p.machine.kind === 'lan-host' || p.machine.kind === 'wan-host'
          ? [
              {
                dst: group === 2 ? LAN_VIP : WAN_VIP,
                dev: 'eth0',
                lladdr: rethMac(group, owner ?? 0),
                state: [owner === null ? 'STALE' : 'REACHABLE'],
              },
            ]
          : []
      p.write(
        json
          ? `${JSON.stringify(rows)}\n`
          : rows.map((r) => `${r.dst} dev ${r.dev} lladdr ${r.lladdr} ${r.state[0]}\n`).join(''),
      )
      return 0
    }
    p.error(`Object "${object}" is unknown, try "ip help".\n`)
    return 1
  }
