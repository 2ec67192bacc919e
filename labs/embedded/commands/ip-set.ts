import { nowMs, scheduler } from '../core/scheduler'
import type { Machine, NetDevice } from '../machine/machine'
import type { Program } from '../machine/process'
import { PF, portName } from '../world/host-links'
import { VF_STATES } from '../world/links'
import { junosToLinux, RETHS, rethMac } from '../world/topology'
import type { World } from '../world/world'

/** What a device sends with: a RETH's member has the RETH's MAC. */
export const macOf = (world: World, machine: Machine, device: NetDevice): string => {
  const node = world.nodeOf(machine)
  const reth = node && RETHS.find((r) => junosToLinux(r.members[node.id] ?? '') === device.name)
  return node && reth ? rethMac(reth.group, node.id) : device.mac
}

type Process = Parameters<Program>[0]

const noDevice = (p: Process, name: string | undefined): number => {
  p.error(`Cannot find device "${name}"\n`)
  return 1
}

/** `ip link set [dev] NAME [up|down] [name N] [address MAC] [mtu N]`. */
export async function setLink(world: World, p: Process, words: string[]): Promise<number> {
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
  if (rest.includes('up')) device.up = true
  else if (rest.includes('down')) device.up = false
  world.links.review(nowMs())
  return 0
}

export const ADDRESS_VERBS: readonly string[] = ['add', 'replace', 'del']

/** `ip address add|replace|del ADDRESS dev NAME`. */
export async function setAddress(world: World, p: Process, verb: string, words: string[]): Promise<number> {
  const name = words[words.indexOf('dev') + 1]
  const device = p.machine.devices.find((d) => d.name === name)
  const address = words[2] ?? ''
  if (!device) return noDevice(p, name)
  const others = device.addresses.filter((each) => each !== address)
  device.addresses = verb === 'del' ? others : [...others, address]
  world.links.review(nowMs())
  return 0
}

const onOff: Record<string, boolean> = { on: true, off: false }

/** `ip link set PF vf N mac|spoofchk|trust|state …` and `ip link set PORT master BRIDGE` on the incus host. */
export async function setHostLink(world: World, p: Process, words: string[]): Promise<number> {
  const [name = '', ...rest] = words.slice(words[2] === 'dev' ? 3 : 2)
  const [what, value = '', key = '', setting = ''] = rest
  const vf = name === PF && what === 'vf' ? world.vfs[Number(value)] : undefined
  if (vf) {
    if (key === 'mac') vf.mac = setting
    const state = VF_STATES.find((each) => each === setting)
    if (key === 'state' && state) {
      scheduler.runDue()
      world.links.setVf(Number(value), state)
      world.links.review(nowMs())
    }
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
