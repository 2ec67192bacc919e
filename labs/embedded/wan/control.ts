import { z } from 'zod'
import { bind, type Calls, checked, type Handler, servedControls } from '../control-served'
import { nowMs } from '../core/scheduler'
import type { Holds } from '../holds'
import type { SshServer } from '../ssh-server'
import { SomeOptionsSchema } from '../world/options'
import { WanSwitchSchema } from './options'
import { LINKS } from './topology'
import type { WanWorld } from './world'

export type ControlledWan = { world: WanWorld; holds: Holds; ssh: SshServer }

/** Shorter pauses of the traffic are nothing to tell. */
const PAUSE_MS = 150

const vm = z.number().int()
const linkIds = z.array(z.string()).default(LINKS.map(({ id }) => id))

/** What tests may ask of a WAN world; never the app. */
export const wanControls = {
  ...servedControls,
  truth: ({ world }: ControlledWan) => ({
    nowMs: nowMs(),
    events: world.truth,
    path: world.router.path.last,
    losses: Object.fromEntries(world.wires.losses),
    nics: Object.fromEntries(world.wires.nics),
    pauses: { isp: world.wires.pauses('isp', PAUSE_MS), router: world.wires.pauses('router', PAUSE_MS) },
  }),
  state: ({ world, ssh, holds }: ControlledWan) => ({
    connections: ssh.connections(),
    switches: world.switchStates(),
    options: world.options,
    held: holds.held(),
    router: world.router.states(nowMs()),
    vms: world.vms.map((one) => ({
      ...{ vm: one.place.vm, running: one.isRunning, emulators: one.inForce() },
      ...{ console: one.console.phase, client: one.console.client?.program ?? null },
    })),
    processes: [...world.machines.values()].flatMap((m) =>
      [...m.processes.values()].map(({ pid, args }) => ({ machine: m.name, pid, args })),
    ),
  }),
  options: checked(SomeOptionsSchema, ({ world }: ControlledWan, body) => {
    world.setOptions(body)
    return world.options
  }),
  switch: checked(z.object({ name: WanSwitchSchema, on: z.boolean() }), ({ world }: ControlledWan, { name, on }) => {
    world.setSwitch(name, on)
    return world.switchStates()
  }),
  console: checked(
    z.object({ vm, as: z.enum(['login', 'password', 'shell', 'busy', 'wedged', 'silent']) }),
    ({ world }: ControlledWan, body) => world.vm(body.vm).console.leaveAs(body.as),
  ),
  vm: checked(z.object({ vm, running: z.boolean() }), ({ world }: ControlledWan, body) => {
    const one = world.vm(body.vm)
    if (body.running && !one.isRunning) one.start()
    if (!body.running && one.isRunning) one.stop()
  }),
  wcfg: checked(z.object({ vm, text: z.string() }), async ({ world }: ControlledWan, body) => {
    const one = world.vm(body.vm)
    const file = '/root/by-control.wcfg'
    await one.machine.fs.writeFile(file, body.text)
    one.killEmulators()
    one.startEmulator(file)
  }),
  nic: checked(z.object({ nic: z.string(), up: z.boolean() }), ({ world }: ControlledWan, body) =>
    world.wires.setUp(body.nic, body.up, nowMs()),
  ),
  load: checked(
    z.object({
      perS: z.number().positive(),
      bytes: z.number().int().default(1400),
      links: linkIds,
      lengthMs: z.number(),
    }),
    ({ world }: ControlledWan, body) => world.load.start(body),
  ),
  sent: checked(z.object({ on: z.boolean().optional() }).default({}), ({ world }: ControlledWan, body) => {
    const lines = world.sentLines ?? []
    if (body.on !== undefined) world.sentLines = body.on ? [] : null
    return lines
  }),
} satisfies Record<string, Handler<ControlledWan>>

/** The control calls, bound to one lab. */
export type WanControl = Calls<keyof typeof wanControls>
export const wanControlOf = (lab: ControlledWan): WanControl => bind(lab, wanControls)
