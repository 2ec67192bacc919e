import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { App } from '../harness'
import { labCopy } from '../lab-copy'

const SCRIPTS = path.resolve(import.meta.dirname, '../../labs/reference-wan')
const STATE = '/var/lib/failover-lab-reference-wan'
export const FIRST_PORT = 2231
/** How often the router compares its links in tests, s; 10 by itself. */
const RECOMPUTE_S = 3

export const PASSWORD = { REFERENCE_WAN_PASSWORD: 'lab-console-7' }

export type Container = 'pve' | 'router' | 'edge' | 'far'

const execute = promisify(execFile)

/** A reference WAN lab, handled past ssh and product. Number 1 is the one of `LABS=reference-wan`; the others are tests' own. */
export class RealWan {
  readonly state: string
  /** The lab file, once it is up. */
  file = ''
  private wasUp = false

  constructor(private readonly number: number) {
    this.state = number === 1 ? STATE : `${STATE}-${number}`
  }

  get id(): string {
    return path.basename(this.state).replace('failover-lab-', '')
  }

  /** Rejects when it does not come up; nothing of it runs then. */
  async up(port = FIRST_PORT + 2 * (this.number - 1)): Promise<void> {
    const file = path.join(this.state, 'reference-wan.yaml')
    this.wasUp = existsSync(file)
    await this.script('up', [], { FAILOVER_LAB_REFERENCE_WAN_PORT: String(port) })
    await this.inside('router', 'sh', '-c', `echo ${RECOMPUTE_S} >/run/recompute-s`)
    this.file = this.number === 1 ? file : labCopy(file, ['id'], this.id)
  }

  /** Takes it down; number 1 only when it was not up before. */
  async close(): Promise<void> {
    if (this.wasUp && this.number === 1) await this.inside('router', 'rm', '-f', '/run/recompute-s')
    else await this.script('down')
  }

  /** What is there of it on this machine: its processes and its directory. */
  async remains(): Promise<string[]> {
    const processes = await execute('pgrep', ['-af', `${this.state}/`]).then(
      ({ stdout }) => stdout.trim().split('\n'),
      () => [],
    )
    return [...processes, ...(existsSync(this.state) ? [this.state] : [])]
  }

  /** A command in a container. Rejects when it fails. */
  async bytesOf(container: Container, ...argv: string[]): Promise<Buffer> {
    return (await this.script('enter', [container, ...argv])).stdout
  }

  async inside(container: Container, ...argv: string[]): Promise<string> {
    return String(await this.bytesOf(container, ...argv))
  }

  private script(name: 'up' | 'down' | 'enter', args: string[] = [], env: Record<string, string> = {}) {
    return execute(path.join(SCRIPTS, name), args, {
      env: { ...process.env, FAILOVER_LAB_REFERENCE_WAN_STATE: this.state, ...env },
      maxBuffer: 64_000_000,
      encoding: 'buffer',
    })
  }
}

/** Reference WAN labs side by side; all of them up, or none that was not. */
export async function realWans(count: number): Promise<{ labs: RealWan[]; close: () => Promise<void> }> {
  const labs = Array.from({ length: count }, (_, at) => new RealWan(at + 1))
  const close = async () => {
    await Promise.all(labs.map((lab) => lab.close()))
  }
  const [first, ...others] = labs
  try {
    // It makes the image, if there is none.
    await first?.up()
    await Promise.all(others.map((lab) => lab.up()))
    return { labs, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** Such labs, and one app on all of them. `limits`: expectations in place of their lab files'. */
export async function realWansOnApp(
  count: number,
  limits?: Record<string, number>,
): Promise<{ labs: RealWan[]; app: App; close: () => Promise<void> }> {
  const { labs, close } = await realWans(count)
  try {
    const files = labs.map(({ file }) => (limits ? labCopy(file, ['expectations'], limits) : file))
    const app = await App.start(files, undefined, PASSWORD)
    const stop = async () => {
      await app.stop()
      await close()
    }
    return { labs, app, close: stop }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}
