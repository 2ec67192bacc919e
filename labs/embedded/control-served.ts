import { z } from 'zod'
import type { Holds } from './holds'
import type { Machine } from './machine/machine'
import type { SshServer } from './ssh-server'

/** What every embedded lab has, whatever it simulates. */
export type ServedLab = { world: { machine(name: string): Machine }; holds: Holds; ssh: SshServer }

export type Handler<L> = (lab: L, body: unknown) => unknown | Promise<unknown>

/** A handler that gets its body parsed. */
export const checked =
  <L, T extends z.ZodType>(schema: T, use: (lab: L, body: z.infer<T>) => unknown): Handler<L> =>
  (lab, body) =>
    use(lab, schema.parse(body))

const isOn = z.object({ on: z.boolean() })

/** The calls of every embedded lab: held commands, connections, clocks, programs. */
export const servedControls = {
  hold: checked(
    z.object({ match: z.string(), skip: z.number().int().optional(), times: z.number().int().optional() }),
    ({ holds }: ServedLab, body) => ({ id: holds.add(body.match, body.skip, body.times) }),
  ),
  'wait-held': checked(
    z.object({ match: z.string().default(''), timeoutMs: z.number().default(30_000) }),
    async ({ holds }: ServedLab, body) => ({ command: await holds.waitHeld(body.match, body.timeoutMs) }),
  ),
  release: checked(z.object({ id: z.number().int().nullable().default(null) }), ({ holds }: ServedLab, body) => ({
    released: holds.release(body.id),
  })),
  drop: ({ ssh }: ServedLab) => ssh.drop(),
  refuse: checked(isOn, ({ ssh }: ServedLab, { on }) => ssh.refuse(on)),
  freeze: checked(isOn, ({ ssh }: ServedLab, { on }) => ssh.freeze(on)),
  clock: checked(z.object({ machine: z.string(), offsetMs: z.number() }), ({ world }: ServedLab, body) => {
    world.machine(body.machine).clockOffsetMs = body.offsetMs
  }),
  missing: checked(z.record(z.string(), z.array(z.string())), ({ world }: ServedLab, body) => {
    for (const [name, tools] of Object.entries(body)) {
      const { missing } = world.machine(name)
      missing.clear()
      for (const tool of tools) missing.add(tool)
    }
  }),
  executed: ({ holds }: ServedLab) => holds.executed,
}

/** Control calls bound to one lab, for tests in the same process and for `serveControl`. */
export type Calls<K extends string = string> = { [call in K]: (body?: unknown) => Promise<unknown> }

export const bind = <L, K extends string>(lab: L, handlers: Record<K, Handler<L>>): Calls<K> =>
  Object.fromEntries(
    Object.entries<Handler<L>>(handlers).map(([name, handler]) => [
      name,
      async (body: unknown = {}) => handler(lab, body),
    ]),
  ) as Calls<K>
