import { nowMs, scheduler } from '../core/scheduler'
import type { Machine, NetDevice } from '../machine/machine'
import type { Program } from '../machine/process'
import { PF, portName, portsOf, type VfSettings } from '../world/host-links'
import { junosToLinux, LAN_VIP, NODES, RETHS, rethMac, WAN_GATEWAY, WAN_VIP } from '../world/topology'
import type { World } from '../world/world'

const macOf = (world: World, machine: Machine, device: NetDevice): string => {
  const node = world.nodeOf(machine)
  const reth = node && RETHS.find((r) => junosToLinux(r.members[node.id] ?? '') === device.name)
  return node && reth ? rethMac(reth.group, node.id) : device.mac
}

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
    : ['BROADCAST', 'MULTICAST', ...(device.up ? ['UP', 'LOWER_UP'] : [])]
  const base = {
    ifindex: index + 1,
    ifname: device.name,
    flags,
    mtu: device.mtu,
    qdisc: lo ? 'noqueue' : 'mq',
    operstate: lo ? 'UNKNOWN' : device.up ? 'UP' : 'DOWN',
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
    if (/^(l|a)/.test(object)) {
      const rows: LinkRow[] = [
        ...p.machine.devices.map((d, i) => linkJson(world, p.machine, d, i, object.startsWith('a'))),
        ...(p.machine.kind === 'host' ? portsOf(world).map(portJson) : []),
      ]
      const chosen = named ? rows.filter((r) => r.ifname === named) : rows
      if (named && chosen.length === 0) {
        p.error(`Device "${named}" does not exist.\n`)
        return 1
      }
      if (json) p.write(`${JSON.stringify(chosen)}\n`)
      else {
        for (const r of chosen) {
          p.write(
            `${r.ifindex}: ${r.ifname}: <${r.flags.join(',')}> mtu ${r.mtu} qdisc ${r.qdisc} state ${r.operstate} group default qlen 1000\n    link/${r.link_type} ${r.address} brd ${r.broadcast}\n`,
          )
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

async function setLink(world: World, p: Parameters<Program>[0], words: string[]): Promise<number> {
  const name = words[2] === 'dev' ? words[3] : words[2]
  const device = p.machine.devices.find((d) => d.name === name)
  if (!device) {
    p.error(`Cannot find device "${name}"\n`)
    return 1
  }
  const renamed = words.includes('name') ? words[words.indexOf('name') + 1] : undefined
  if (renamed) device.name = renamed
  const up = words.includes('up') ? true : words.includes('down') ? false : device.up
  if (up === device.up) return 0
  scheduler.runDue()
  device.up = up
  const node = world.nodeOf(p.machine)
  if (node && device.name.startsWith('ge-')) world.cluster.linkChanged(node.id, device.name, up, nowMs())
  return 0
}

const onOff: Record<string, boolean> = { on: true, off: false }

/** `ip link set PF vf N mac|spoofchk|trust|state …` and `ip link set PORT master BRIDGE` on the incus host. */
async function setHostLink(world: World, p: Parameters<Program>[0], words: string[]): Promise<number> {
  const [name = '', ...rest] = words.slice(words[2] === 'dev' ? 3 : 2)
  const [what, value = '', key = '', setting = ''] = rest
  const vf = name === PF && what === 'vf' ? world.vfs[Number(value)] : undefined
  if (vf) {
    if (key === 'mac') vf.mac = setting
    if (key === 'state') vf.linkState = setting
    if (key === 'spoofchk') vf.spoofCheck = onOff[setting] ?? vf.spoofCheck
    if (key === 'trust') vf.trust = onOff[setting] ?? vf.trust
    return 0
  }
  for (const machine of world.machines.values()) {
    const nic = what === 'master' && machine.devices.find((d) => d.device && portName(d) === name)
    if (!nic) continue
    world.bridgeOf.set(`${machine.name} ${nic.device}`, value)
    return 0
  }
  return setLink(world, p, words)
}
