import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ssh2, { type Client, type ClientChannel } from 'ssh2'
import { parse } from 'yaml'
import { z } from 'zod'
import { HostSchema } from '@/server/domain/lab'
import { nowMs } from '../core/scheduler'
import { type EmbeddedLab, type EmbeddedLabOptions, startEmbeddedLab } from '../lab'

export type Result = { stdout: string; stderr: string; code: number | null; signal: string | null }
export type Line = { text: string; atMs: number }

/** A cluster that fails over in a third of a second, so that tests are short. */
export const FAST = {
  heartbeatMs: 100,
  threshold: 3,
  promoteMs: [15, 25] as [number, number],
  preemptHoldMs: 400,
  daemonStartMs: 50,
  bootMs: 150,
  linkDetectMs: 60,
}

const HostsSchema = z.looseObject({ hosts: z.array(HostSchema) })

/** Quotes an argv for the login shell, as an SSH client has to. */
export const quote = (argv: readonly string[]): string => argv.map((a) => `'${a.replaceAll("'", `'\\''`)}'`).join(' ')

/** A plain SSH client on a lab file: what the product has, without any of the product. */
export class LabClient {
  private constructor(
    private readonly client: Client,
    readonly port: number,
  ) {}

  /** Connects to a lab's first host, or to another one. */
  static connect(labFile: string, index = 0): Promise<LabClient> {
    const host = HostsSchema.parse(parse(readFileSync(labFile, 'utf8'))).hosts[index]
    if (!host?.keyFile) throw new Error('no host with a key in the lab file')
    const client = new ssh2.Client()
    const privateKey = readFileSync(join(dirname(labFile), host.keyFile))
    return new Promise((resolve, reject) => {
      client.on('error', reject)
      client.on('ready', () => {
        client.setNoDelay(true)
        resolve(new LabClient(client, host.port))
      })
      const hostVerifier = (key: Buffer) => host.hostKey.split(' ')[1] === key.toString('base64')
      client.connect({ host: host.host, port: host.port, username: host.user, privateKey, hostVerifier })
    })
  }

  /** Opens a channel; `attach` runs in the very packet that opens it, since a quick command's exit may follow in it. */
  open<T>(command: string, attach: (channel: ClientChannel) => T): Promise<T> {
    return new Promise((resolve, reject) =>
      this.client.exec(command, (error, channel) => (error ? reject(error) : resolve(attach(channel)))),
    )
  }

  /** Runs a command line to its end. */
  async run(command: string, stdin?: string): Promise<Result> {
    const { done } = await this.open(command, (channel) => ({ done: this.collect(channel, stdin) }))
    return done
  }

  private collect(channel: ClientChannel, stdin?: string, onLine?: (line: Line) => void): Promise<Result> {
    const result: Result = { stdout: '', stderr: '', code: null, signal: null }
    let rest = ''
    return new Promise((resolve) => {
      channel.on('data', (data: Buffer) => {
        result.stdout += data
        const lines = (rest + data).split('\n')
        rest = lines.pop() ?? ''
        for (const text of lines) onLine?.({ text, atMs: nowMs() })
      })
      channel.stderr.on('data', (data: Buffer) => {
        result.stderr += data
      })
      channel.on('exit', (code: number | null, signal?: string) => {
        result.code = code
        result.signal = signal ?? null
      })
      channel.on('close', () => resolve(result))
      if (stdin !== undefined) channel.end(stdin)
    })
  }

  /** Starts a command and hands on its lines as they come. */
  start(command: string): Promise<{ lines: Line[]; done: Promise<Result>; channel: ClientChannel }> {
    const lines: Line[] = []
    return this.open(command, (channel) => ({
      lines,
      channel,
      done: this.collect(channel, undefined, (line) => lines.push(line)),
    }))
  }

  /** Runs a command inside an instance. */
  inside(instance: string, ...argv: string[]): Promise<Result> {
    return this.run(quote(['incus', 'exec', instance, '--', ...argv]))
  }

  end(): void {
    this.client.end()
  }
}

/** A lab in a directory of its own, with a client; `close` removes both. */
export async function testLab(
  options: Partial<EmbeddedLabOptions> = {},
): Promise<{ lab: EmbeddedLab; client: LabClient; close: () => Promise<void> }> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'embedded-lab-'))
  const lab = await startEmbeddedLab({ id: 'test', ...options, stateDir, world: { ...FAST, ...options.world } })
  const client = await LabClient.connect(lab.labFile)
  return {
    lab,
    client,
    close: async () => {
      client.end()
      await lab.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until `condition` holds; throws after `timeoutMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  for (const endMs = nowMs() + timeoutMs; nowMs() < endMs; await delay(10)) if (await condition()) return
  throw new Error(`never happened: ${what}`)
}
