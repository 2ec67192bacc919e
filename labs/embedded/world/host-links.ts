import type { Machine, NetDevice } from '../machine/machine'
import { profileDevices } from './instance-devices'
import type { VfState } from './links'
import type { World } from './world'

/** The other end of an instance's link, on the incus host. */
export const portName = ({ mac }: Pick<NetDevice, 'mac'>): string => `veth${mac.slice(-8).replaceAll(':', '')}`

/** Ports on the bridges of the incus host: one for each device of a running instance that hangs on a network. */
export const portsOf = (world: World): { name: string; mac: string; master: string }[] =>
  [...world.machines.values()].flatMap((machine) => (machine.running ? portsOfInstance(world, machine) : []))

function portsOfInstance(world: World, machine: Machine) {
  const devices = { ...profileDevices(machine.name), ...world.instanceDevices(machine.name) }
  return machine.devices.flatMap((nic) => {
    const master =
      (nic.device && world.bridgeOf.get(`${machine.name} ${nic.device}`)) ?? devices[nic.device ?? '']?.network
    return master ? [{ name: portName(nic), mac: `fe${nic.mac.slice(2)}`, master }] : []
  })
}

/** What the physical function keeps of each of its virtual ones. */
export type VfSettings = { mac: string; spoofCheck: boolean; linkState: VfState; trust: boolean }

/** The physical function of the WAN: VF 0 is node 0's, VF 1 node 1's. */
export const PF = 'eno6np1'

const VF_COUNT = 4

/** VF 0 and 1 are the nodes' WAN ports; RETHs send with a MAC of their own, so nothing is checked there. */
export const vfsOf = (wanMacs: readonly string[]): VfSettings[] =>
  Array.from({ length: VF_COUNT }, (_, index) => ({
    mac: wanMacs[index] ?? '00:00:00:00:00:00',
    ...{ spoofCheck: wanMacs[index] === undefined, linkState: 'auto' as const, trust: false },
  }))
