import { z } from 'zod'
import { bind, type Calls, checked, type Handler, servedControls } from './control-served'
import { nowMs } from './core/scheduler'
import type { Holds } from './holds'
import type { SshServer } from './ssh-server'
import { renderConfig } from './world/config-tree'
import { setServer } from './world/iperf3-servers'
import { SomeOptionsSchema, SwitchNameSchema } from './world/options'
import type { World } from './world/world'

export type ControlledLab = { world: World; holds: Holds; ssh: SshServer }

/** What tests and the benchmark may ask of a world; never the app. The same calls over HTTP and in-process. */
export const controls = {
  ...servedControls,
  truth: ({ world }: ControlledLab) => ({
    nowMs: nowMs(),
    events: world.truth,
    paths: world.paths.now(),
  }),
  state: ({ world, ssh, holds }: ControlledLab) => ({
    connections: ssh.connections(),
    switches: world.switchStates(),
    options: world.options,
    held: holds.held(),
    instances: Object.fromEntries([...world.machines.values()].map((m) => [m.name, m.running])),
    units: Object.fromEntries([...world.units].map(([name, unit]) => [name, unit.state])),
    nodes: world.cluster.nodes.map((n) => ({ name: n.name, alive: n.alive, states: n.states, hearsPeer: n.hearsPeer })),
    manual: world.cluster.manual,
    configurations: world.cluster.nodes.map((n) => renderConfig(world.configurations.of(n.id))),
    processes: [...world.machines.values()].flatMap((m) =>
      [...m.processes.values()].map((p) => ({ machine: m.name, pid: p.pid, args: p.args })),
    ),
    leases: world.dhcp.list(nowMs()),
    devices: Object.fromEntries([...world.machines.values()].map((m) => [m.name, m.devices])),
    config: Object.fromEntries([...world.machines.keys()].map((name) => [name, world.instanceDevices(name)])),
  }),
  options: checked(SomeOptionsSchema, ({ world }: ControlledLab, body) => {
    world.setOptions(body)
    return world.options
  }),
  switch: checked(z.object({ name: SwitchNameSchema, on: z.boolean() }), ({ world }: ControlledLab, body) => {
    world.setSwitch(body.name, body.on)
    return world.switchStates()
  }),
  outage: checked(
    z.object({ afterMs: z.number().nonnegative().default(0), lengthMs: z.number().positive() }),
    ({ world }: ControlledLab, body) => {
      const fromMs = nowMs() + body.afterMs
      world.paths.planOutage(fromMs, body.lengthMs)
      return { fromMs, toMs: fromMs + body.lengthMs }
    },
  ),
  stall: checked(
    z.object({ afterMs: z.number().nonnegative().default(0), lengthMs: z.number().positive() }),
    ({ world }: ControlledLab, body) => {
      const fromMs = nowMs() + body.afterMs
      world.events.emit('stall', fromMs, body.lengthMs)
      return { fromMs, toMs: fromMs + body.lengthMs }
    },
  ),
  instance: checked(z.object({ name: z.string(), running: z.boolean() }), async ({ world }: ControlledLab, body) => {
    const machine = world.machine(body.name)
    if (body.running) world.startInstance(machine)
    else if (machine.running) await world.stopInstance(machine, true)
  }),
  server: checked(z.object({ port: z.number().int(), on: z.boolean() }), ({ world }: ControlledLab, body) =>
    setServer(world, body.port, body.on),
  ),
  sent: checked(z.object({ on: z.boolean().optional() }).default({}), ({ world }: ControlledLab, body) => {
    const lines = world.sentLines ?? []
    if (body.on !== undefined) world.sentLines = body.on ? [] : null
    return lines
  }),
} satisfies Record<string, Handler<ControlledLab>>

/** The control calls, bound to one lab. */
export type Control = Calls<keyof typeof controls>
export const controlOf = (lab: ControlledLab): Control => bind(lab, controls)
