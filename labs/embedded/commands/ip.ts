import { nowMs, scheduler } from '../core/scheduler'
import type { Machine, NetDevice } from '../machine/machine'
import type { Program } from '../machine/process'
import { carries, PF, VF_COUNT, VF_STATES } from '../world/links'
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

/** The virtual functions of the WAN's physical one. */
const vfTable = (world: World) =>
  Array.from({ length: VF_COUNT }, (_, vf) => ({
    ...{ vf, link_type: 'ether', broadcast: 'ff:ff:ff:ff:ff:ff' },
    address: NODES.some(({ id }) => id === vf) ? `3c:ec:ef:44:b7:0${vf}` : '00:00:00:00:00:00',
    ...{ vlan_list: [{}], rate: { max_tx: 0, min_tx: 0 }, spoofchk: true, link_state: world.links.vfState(vf) },
    ...{ trust: false, query_rss_en: false },
  }))

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
    ...(device.kernel && device.kernel !== device.name ? { altnames: [device.kernel] } : {}),
    ...(device.name === PF ? { vfinfo_list: vfTable(world) } : {}),
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
    if (/^l(i(nk?)?)?$/.test(object) && verb === 'set') return setLink(world, p, words)
    if (object.startsWith('a') && ADDRESS_VERBS.includes(verb)) return setAddress(world, p, verb, words)
    if (/^(l|a)/.test(object)) {
      const rows = p.machine.devices.map((d, i) => linkJson(world, p.machine, d, i, object.startsWith('a')))
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
          if (r.ifname === PF)
            for (const vf of vfTable(world))
              p.write(
                `    vf ${String(vf.vf).padEnd(5)} link/ether ${vf.address} brd ${vf.broadcast}, spoof checking on, link-state ${vf.link_state}, trust off, query_rss off\n`,
              )
          if ('addr_info' in r)
            for (const a of r.addr_info) p.write(`    inet ${a.local}/${a.prefixlen} scope ${a.scope} ${r.ifname}\n`)
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

type Process = Parameters<Program>[0]

const noDevice = (p: Process, name: string | undefined): number => {
  p.error(`Cannot find device "${name}"\n`)
  return 1
}

/** `ip link set [dev] NAME [up|down] [name N] [address MAC] [mtu N] [vf N state S]`. */
async function setLink(world: World, p: Process, words: string[]): Promise<number> {
  const rest = words.slice(words[2] === 'dev' ? 3 : 2)
  const device = p.machine.devices.find((d) => d.name === rest[0])
  if (!device) return noDevice(p, rest[0])
  const given = (key: string): string | undefined => (rest.includes(key) ? rest[rest.indexOf(key) + 1] : undefined)
  const name = given('name')
  if (name !== undefined && device.up) {
    p.error('RTNETLINK answers: Device or resource busy\n')
    return 2
  }
  scheduler.runDue()
  if (name !== undefined) device.name = name
  const mac = given('address')
  // A RETH's member shows the RETH's MAC, which the daemon puts there.
  if (mac !== undefined && mac !== macOf(world, p.machine, device)) device.mac = mac
  device.mtu = Number(given('mtu') ?? device.mtu)
  const state = VF_STATES.find((each) => each === given('state'))
  if (device.name === PF && state) world.links.setVf(Number(given('vf')), state)
  else if (rest.includes('up')) device.up = true
  else if (rest.includes('down')) device.up = false
  world.links.review(nowMs())
  return 0
}

const ADDRESS_VERBS: readonly string[] = ['add', 'replace', 'del']

/** `ip address add|replace|del ADDRESS dev NAME`. */
async function setAddress(world: World, p: Process, verb: string, words: string[]): Promise<number> {
  const name = words[words.indexOf('dev') + 1]
  const device = p.machine.devices.find((d) => d.name === name)
  const address = words[2] ?? ''
  if (!device) return noDevice(p, name)
  const others = device.addresses.filter((each) => each !== address)
  device.addresses = verb === 'del' ? others : [...others, address]
  world.links.review(nowMs())
  return 0
}
