import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'
import { nowMs } from './core/scheduler'
import type { Holds } from './holds'
import type { SshServer } from './ssh-server'
import { renderConfig } from './world/config-tree'
import { setServer } from './world/iperf3-servers'
import { SomeOptionsSchema, SwitchNameSchema } from './world/options'
import type { World } from './world/world'

export type ControlledLab = { world: World; holds: Holds; ssh: SshServer }
type Handler = (lab: ControlledLab, body: unknown) => unknown | Promise<unknown>

const unwrap =
  <T extends z.ZodType>(schema: T, use: (lab: ControlledLab, body: z.infer<T>) => unknown): Handler =>
  (lab, body) =>
    use(lab, schema.parse(body))

/** What tests and the benchmark may ask of a world; never the app. The same calls over HTTP and in-process. */
export const controls = {
  truth: (({ world }) => ({
    nowMs: nowMs(),
    events: world.truth,
    paths: world.paths.now(),
  })) as Handler,
  state: (({ world, ssh, holds }) => ({
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
  })) as Handler,
  options: unwrap(SomeOptionsSchema, ({ world }, body) => {
    world.setOptions(body)
    return world.options
  }),
  switch: unwrap(z.object({ name: SwitchNameSchema, on: z.boolean() }), ({ world }, body) => {
    world.setSwitch(body.name, body.on)
    return world.switchStates()
  }),
  outage: unwrap(
    z.object({ afterMs: z.number().nonnegative().default(0), lengthMs: z.number().positive() }),
    ({ world }, body) => {
      const fromMs = nowMs() + body.afterMs
      world.paths.planOutage(fromMs, body.lengthMs)
      return { fromMs, toMs: fromMs + body.lengthMs }
    },
  ),
  stall: unwrap(
    z.object({ afterMs: z.number().nonnegative().default(0), lengthMs: z.number().positive() }),
    ({ world }, body) => {
      const fromMs = nowMs() + body.afterMs
      world.events.emit('stall', fromMs, body.lengthMs)
      return { fromMs, toMs: fromMs + body.lengthMs }
    },
  ),
  hold: unwrap(
    z.object({ match: z.string(), skip: z.number().int().optional(), times: z.number().int().optional() }),
    ({ holds }, body) => ({ id: holds.add(body.match, body.skip, body.times) }),
  ),
  'wait-held': unwrap(
    z.object({ match: z.string().default(''), timeoutMs: z.number().default(30_000) }),
    async ({ holds }, body) => ({ command: await holds.waitHeld(body.match, body.timeoutMs) }),
  ),
  release: unwrap(z.object({ id: z.number().int().nullable().default(null) }), ({ holds }, body) => ({
    released: holds.release(body.id),
  })),
  drop: (({ ssh }) => ssh.drop()) as Handler,
  refuse: unwrap(z.object({ on: z.boolean() }), ({ ssh }, body) => ssh.refuse(body.on)),
  freeze: unwrap(z.object({ on: z.boolean() }), ({ ssh }, body) => ssh.freeze(body.on)),
  clock: unwrap(z.object({ machine: z.string(), offsetMs: z.number() }), ({ world }, body) => {
    world.machine(body.machine).clockOffsetMs = body.offsetMs
  }),
  missing: unwrap(z.record(z.string(), z.array(z.string())), ({ world }, body) => {
    for (const [name, tools] of Object.entries(body)) {
      const { missing } = world.machine(name)
      missing.clear()
      for (const tool of tools) missing.add(tool)
    }
  }),
  instance: unwrap(z.object({ name: z.string(), running: z.boolean() }), async ({ world }, body) => {
    const machine = world.machine(body.name)
    if (body.running) world.startInstance(machine)
    else if (machine.running) await world.stopInstance(machine, true)
  }),
  server: unwrap(z.object({ port: z.number().int(), on: z.boolean() }), ({ world }, body) =>
    setServer(world, body.port, body.on),
  ),
  executed: (({ holds }) => holds.executed) as Handler,
  sent: unwrap(z.object({ on: z.boolean().optional() }).default({}), ({ world }, body) => {
    const lines = world.sentLines ?? []
    if (body.on !== undefined) world.sentLines = body.on ? [] : null
    return lines
  }),
} satisfies Record<string, Handler>

/** The control calls, bound to one lab, for tests in the same process. */
export type Control = { [K in keyof typeof controls]: (body?: unknown) => Promise<unknown> }
export const controlOf = (lab: ControlledLab): Control =>
  Object.fromEntries(
    Object.entries(controls).map(([name, handler]) => [name, async (body: unknown = {}) => handler(lab, body)]),
  ) as Control

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const piece of request) text += piece
  return text === '' ? {} : JSON.parse(text)
}

/** JSON over HTTP on loopback: `POST <url>/<lab id>/<call>`; the address carries a secret. */
export async function serveControl(
  labs: Map<string, ControlledLab>,
  onCall: () => void = () => {},
): Promise<{ url: string; close: () => void }> {
  const secret = randomBytes(16).toString('hex')
  const server = createServer(async (request, response) => {
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value ?? null))
    }
    const [, given, id = '', call = ''] = (request.url ?? '').split('/')
    const lab = labs.get(id)
    if (given !== secret) return send(403, { error: 'wrong secret' })
    onCall()
    if (!lab || !Object.hasOwn(controls, call))
      return send(404, { error: `no ${lab ? `call "${call}"` : `lab "${id}"`}` })
    try {
      send(200, await controls[call as keyof typeof controls](lab, await bodyOf(request)))
    } catch (error) {
      send(400, { error: error instanceof Error ? error.message : String(error) })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}/${secret}`, close: () => server.close() }
}
