import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD_ENV } from '@/labs/embedded/wan/labfile'
import { WanOptionsSchema } from '@/labs/embedded/wan/options'

const ROOT = path.resolve(import.meta.dirname, '..')

/** A folder for one test's files. */
export const scratch = (): string => mkdtempSync(path.join(os.tmpdir(), 'failover-lab-'))

/** A TCP port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}

/** Asks until it is so; throws with the last answer when it never is. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
  everyMs = 50,
): Promise<T> {
  const endMs = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await sleep(everyMs)
  }
}

/** Reading a whole run costs the server some ms: asked too often it would be what is measured. */
const ASK_EVERY_MS = 500

export type RunAnswer = {
  id: string
  lab: string
  /** The lab was not as before afterwards. */
  dirty: boolean
  ending: string | null
  verdict: string | null
  criteria: { id: string; verdict: string; reason: string }[]
  measurements: Record<string, { ms: number; plusMs: number; minusMs: number; method: string }>
  steps: { id: string; outcome: string | null; startedAt: number | null; endedAt: number | null }[]
  commands: { host: string; argv: string[]; stepId: string }[]
  startedAt: number | null
  endedAt: number | null
  message: string | null
  notes: string[]
} & Record<string, unknown>

type TrpcAnswer<T> = { result: { data: T } }

/** The production app in a process of its own, on a database of its own, spoken to over its HTTP API. */
export class App {
  private constructor(
    readonly url: string,
    readonly dir: string,
    private readonly env: Record<string, string>,
    private child: ChildProcess,
  ) {}

  static async start(labs: string[], dir = scratch(), more: Record<string, string> = {}): Promise<App> {
    const port = await freePort()
    const env = {
      HOST: '127.0.0.1',
      PORT: String(port),
      LABS: labs.join(','),
      DATABASE_URL: `file:${path.join(dir, 'app.db')}`,
      PUBLIC_URL: '',
      NEXT_MANUAL_SIG_HANDLE: 'true',
      NEXT_TELEMETRY_DISABLED: '1',
      [PASSWORD_ENV]: WanOptionsSchema.parse({}).password,
      ...more,
    }
    const app = new App(`http://127.0.0.1:${port}`, dir, env, App.spawn(env))
    await app.ready()
    return app
  }

  private static spawn(env: Record<string, string>): ChildProcess {
    const args = ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', env.PORT ?? '']
    return spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }

  private ready = () =>
    until('the app answers', async () => {
      if (this.child.exitCode !== null) throw new Error(`the app ended with ${this.child.exitCode}`)
      return fetch(`${this.url}/api/health`).then(
        (r) => r.ok,
        () => false,
      )
    })

  /** Of its process. */
  get pid(): number {
    return this.child.pid ?? 0
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** As a crash ends it: no goodbye. */
  async kill(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }

  async restart(): Promise<void> {
    this.child = App.spawn(this.env)
    await this.ready()
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await Promise.race([gone, sleep(60_000, undefined, { ref: false }).then(() => this.child.kill('SIGKILL'))])
    await gone
  }

  async get<T>(route: string): Promise<T> {
    const response = await fetch(this.url + route)
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async post<T>(route: string, body: unknown = {}): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(this.url + route, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** A procedure of the app's tRPC router that reads. */
  async query<T>(procedure: string, input: unknown): Promise<T> {
    const route = `/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`
    return (await this.get<TrpcAnswer<T>>(route)).result.data
  }

  /** A procedure of the app's tRPC router that changes something. */
  async mutate<T>(procedure: string, input: unknown): Promise<T> {
    return (await this.post<TrpcAnswer<T>>(`/api/trpc/${procedure}`, input)).result.data
  }

  start = (lab: string, caseId: string, params: Record<string, unknown> = {}) =>
    this.post<{ id: string; url: string }>(`/api/v1/labs/${lab}/runs`, { case: caseId, params })

  run = (id: string) => this.get<RunAnswer>(`/api/v1/runs/${id}`)

  /** The run once it has ended. */
  ended = (id: string, timeoutMs = 150_000) =>
    until(
      `run ${id} has ended`,
      async () => {
        const run = await this.run(id)
        return run.ending !== null && run
      },
      timeoutMs,
      ASK_EVERY_MS,
    )
}

type WorldKind = 'cluster' | 'wan'

/** The control calls of an embedded lab in a process of its own; tests and benchmarks only. */
export class World {
  private constructor(
    readonly labFile: string,
    readonly id: string,
    private readonly base: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts a world in a process of its own: more than two in one keep it too busy to answer in time. */
  static async startAlone(id: string, kind: WorldKind = 'cluster'): Promise<World> {
    const [world] = await World.start(1, scratch(), id, kind)
    if (!world) throw new Error('no world')
    return world
  }

  /** Starts `count` worlds, each in a process of its own. */
  static startApart(count: number): Promise<World[]> {
    return Promise.all(Array.from({ length: count }, (_, i) => World.startAlone(`lab-${i + 1}`)))
  }

  /** Starts `count` worlds in one process. */
  static async start(count = 1, dir = scratch(), id = 'embedded', kind: WorldKind = 'cluster'): Promise<World[]> {
    const args = ['node_modules/tsx/dist/cli.mjs', 'labs/embedded/main.ts', '--state', dir, '--worlds', String(count)]
    args.push('--id', id, '--kind', kind)
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout?.on('data', (data) => {
      out += data
    })
    const files = () =>
      out
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.endsWith('.yaml'))
    await until('the embedded lab is up', async () => {
      if (child.exitCode !== null) throw new Error(`the embedded lab ended with ${child.exitCode}`)
      return files().length === count
    })
    const running = JSON.parse(readFileSync(path.join(dir, 'running.json'), 'utf8')) as { control: string }
    return files().map((file) => {
      const id = path.basename(file, '.yaml')
      return new World(file, id, `${running.control}/${id}`, child)
    })
  }

  async call<T = unknown>(name: string, body: unknown = {}): Promise<T> {
    const response = await fetch(`${this.base}/${name}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`)
    return (await response.json()) as T
  }

  /** Ends the process behind it, and with it all worlds beside it. */
  async close(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await gone
  }
}
