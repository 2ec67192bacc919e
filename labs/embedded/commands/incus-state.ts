import type { Machine } from '../machine/machine'
import { portName } from '../world/host-links'
import { type Devices, profileDevices, profilesOf } from '../world/instance-devices'
import { carries } from '../world/links'
import { LAN, NODES, WAN } from '../world/topology'

export const isInstance = (name: string): boolean =>
  name === LAN || name === WAN || NODES.some((n) => n.instance === name)

/** "Instance": what `incus list --format json` says of one. */
export function instanceJson(machine: Machine, own: Devices, createdMs: number) {
  const fw = machine.kind === 'firewall'
  const expanded = { ...profileDevices(machine.name), ...own }
  const volatile = Object.fromEntries(
    machine.devices.flatMap((d) => (d.device && d.keptMac ? [[`volatile.${d.device}.hwaddr`, d.keptMac]] : [])),
  )
  const config: Record<string, string> = {
    'image.architecture': 'amd64',
    'image.description': 'Debian bookworm amd64',
    'image.os': 'Debian',
    'image.release': 'bookworm',
    'image.type': fw ? 'disk-kvm.img' : 'squashfs',
    'volatile.last_state.power': machine.running ? 'RUNNING' : 'STOPPED',
    'volatile.uuid': '0c0ffee0-0000-4000-8000-000000000000',
    ...volatile,
  }
  return {
    name: machine.name,
    description: '',
    status: machine.running ? 'Running' : 'Stopped',
    status_code: machine.running ? 103 : 102,
    created_at: new Date(createdMs).toISOString(),
    last_used_at: new Date(machine.bootedAtMs).toISOString(),
    location: 'none',
    type: fw ? 'virtual-machine' : 'container',
    project: 'default',
    architecture: 'x86_64',
    ephemeral: false,
    stateful: false,
    profiles: profilesOf(machine.name),
    config,
    devices: own,
    expanded_config: config,
    expanded_devices: expanded,
    backups: null,
    snapshots: null,
    state: stateJson(machine),
  }
}

function stateJson(machine: Machine) {
  if (!machine.running) {
    return {
      status: 'Stopped',
      status_code: 102,
      disk: {},
      memory: {},
      network: null,
      pid: 0,
      processes: 0,
      cpu: { usage: 0 },
    }
  }
  const counters = {
    bytes_received: 812_345,
    bytes_sent: 623_411,
    packets_received: 5123,
    packets_sent: 4870,
    errors_received: 0,
    errors_sent: 0,
    packets_dropped_outbound: 0,
    packets_dropped_inbound: 0,
  }
  const network = Object.fromEntries(
    machine.devices.map((d) => [
      d.name,
      {
        addresses: d.addresses.map((a) => ({
          family: 'inet',
          address: a.split('/')[0],
          netmask: a.split('/')[1],
          scope: d.name === 'lo' ? 'local' : 'global',
        })),
        counters,
        hwaddr: d.mac,
        host_name: d.name === 'lo' ? '' : portName(d),
        mtu: d.mtu,
        state: carries(d) ? 'up' : 'down',
        type: d.name === 'lo' ? 'loopback' : 'broadcast',
      },
    ]),
  )
  return {
    status: 'Running',
    status_code: 103,
    disk: { root: { usage: 812_345_000, total: 0 } },
    memory: { usage: 412_000_000, usage_peak: 0, total: 0, swap_usage: 0, swap_usage_peak: 0 },
    network,
    pid: 1000 + machine.name.length,
    processes: 40 + machine.processes.size,
    cpu: { usage: 8_123_000_000 },
  }
}
