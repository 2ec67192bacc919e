import { stringify } from 'yaml'
import { nowMs } from '../core/scheduler'
import type { Machine } from '../machine/machine'
import type { Process } from '../machine/process'
import { profileDevices } from '../world/instance-devices'
import type { World } from '../world/world'
import { instanceOf } from './incus'
import { instanceJson } from './incus-state'

const FROM_PROFILE =
  'Error: Device from profile(s) cannot be removed from individual instance. Override device or modify profile instead\n'

/** `incus config show|get|set|device …`. */
export async function devicesCommand(world: World, p: Process, args: string[]): Promise<number> {
  const words = args.filter((a) => !a.startsWith('--'))
  if (words[0] === 'show') {
    const machine = instanceOf(world, p, words[1])
    if (!machine) return 1
    const all = instanceJson(machine, world.instanceDevices(machine.name), world.createdMs)
    const { architecture, config, devices, ephemeral, profiles, stateful, description } = all
    const expanded = args.includes('--expanded') || args.includes('-e')
    p.write(
      stringify({
        architecture,
        config,
        devices: expanded ? all.expanded_devices : devices,
        ephemeral,
        profiles,
        stateful,
        description,
      }),
    )
    return 0
  }
  if (words[0] === 'get') {
    const machine = instanceOf(world, p, words[1])
    if (!machine) return 1
    p.write(`${instanceJson(machine, {}, 0).config[words[2] ?? ''] ?? ''}\n`)
    return 0
  }
  if (words[0] === 'set') {
    const machine = instanceOf(world, p, words[1])
    return machine
      ? set(
          p,
          machine,
          words.slice(2).flatMap((word) => word.split('=')),
        )
      : 1
  }
  if (words[0] !== 'device') {
    p.error(`Error: unknown command "${words[0]}" for "incus config"\n`)
    return 1
  }
  const [, verb, name, device = '', ...rest] = words
  const machine = instanceOf(world, p, name)
  if (!machine) return 1
  await p.sleep(world.random.uniform(20, 60))
  return change(world, p, machine, verb ?? '', device, rest)
}

const settings = (words: string[]): Record<string, string> =>
  Object.fromEntries(
    words.filter((w) => w.includes('=')).map((w) => [w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)]),
  )

function change(world: World, p: Process, machine: Machine, verb: string, device: string, rest: string[]): number {
  const own = world.instanceDevices(machine.name)
  const profile = profileDevices(machine.name)
  switch (verb) {
    case 'show':
      p.write(Object.keys(own).length > 0 ? stringify(own) : '{}\n')
      return 0
    case 'list':
      p.write(`${Object.keys(own).join('\n')}\n`)
      return 0
    case 'remove':
      if (!own[device]) {
        p.error(profile[device] ? FROM_PROFILE : `Error: Device doesn't exist\n`)
        return 1
      }
      delete own[device]
      reflect(world, machine, device, Boolean(profile[device]))
      p.write(`Device ${device} removed from ${machine.name}\n`)
      return 0
    case 'add':
      if (own[device]) {
        p.error('Error: The device already exists\n')
        return 1
      }
      own[device] = { type: rest[0] ?? 'none', ...settings(rest) }
      reflect(world, machine, device, rest[0] !== 'none')
      p.write(`Device ${device} added to ${machine.name}\n`)
      return 0
    case 'override':
    case 'set':
      if (verb === 'override' && (own[device] || !profile[device])) {
        p.error(own[device] ? 'Error: The device already exists\n' : "Error: The profile device doesn't exist\n")
        return 1
      }
      if (verb === 'set' && !own[device]) {
        p.error(`Error: Device doesn't exist\n`)
        return 1
      }
      own[device] = { ...(own[device] ?? profile[device]), ...settings(rest) }
      if (own[device]?.hwaddr) {
        const nic = machine.devices.find((d) => d.device === device)
        if (nic) nic.mac = own[device]?.hwaddr ?? nic.mac
      }
      if (verb === 'override') p.write(`Device ${device} overridden for ${machine.name}\n`)
      return 0
    default:
      p.error(`Error: unknown command "${verb}" for "incus config device"\n`)
      return 1
  }
}

const madeUpMac = (world: World): string =>
  `00:16:3e:${['', '', ''].map(() => world.random.integer(16, 255).toString(16)).join(':')}`

/**
 * A NIC that is masked is gone from the instance. One that returns is down and has a new MAC unless its settings say which,
 * so that nothing renames it; a VF keeps its MAC, and nothing renames that either.
 */
function reflect(world: World, machine: Machine, device: string, present: boolean): void {
  const index = machine.devices.findIndex((d) => d.device === device)
  const nic = machine.devices[index]
  const before = world.wiped.get(`${machine.name} ${device}`)
  if (!present && nic) {
    machine.devices.splice(index, 1)
    world.wiped.set(`${machine.name} ${device}`, nic)
  } else if (present && !nic && before) {
    const settings = world.instanceDevices(machine.name)[device] ?? profileDevices(machine.name)[device]
    const isVf = settings?.type === 'pci'
    const mac = settings?.hwaddr ?? (isVf ? before.mac : madeUpMac(world))
    const { keptMac: _, ...rest } = before
    machine.devices.push({
      ...rest,
      ...(isVf || settings?.hwaddr ? {} : { keptMac: mac }),
      mac,
      name: !isVf && mac === before.mac ? before.name : (before.kernel ?? before.name),
      up: false,
      addresses: [],
    })
  }
  world.links.review(nowMs())
}

const KEPT_MAC = /^volatile\.(.+)\.hwaddr$/

/** `incus config set INSTANCE KEY=VALUE`: the MACs that it keeps by itself; nothing else is settable here. */
function set(p: Process, machine: Machine, [key = '', value = '']: string[]): number {
  const nic = machine.devices.find(({ device }) => device === KEPT_MAC.exec(key)?.[1])
  if (!nic) {
    p.error(`Error: Unknown configuration key: ${key}\n`)
    return 1
  }
  nic.keptMac = value
  return 0
}
