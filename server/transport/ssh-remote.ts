import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { AppError } from '../errors'
import { lostError } from './connect-errors'
import { runCommand } from './exec'
import type { ChannelContext } from './open-channel'
import { quote } from './quote'
import { hideSecrets, redact } from './redact'
import type { ExecOptions, ExecResult, Remote, RemoteStream, ShellOptions, StreamOptions } from './remote'
import { streamCommand, streamShell } from './streaming'

const FILE_TIMEOUT_MS = 10_000
const STDERR_TAIL = 500
const WRITE_FILE = 'cat > "$1.part" && chmod "$2" "$1.part" && mv -f "$1.part" "$1"'

/** A Remote on one established SSH connection. It dies with its connection: `SshPool` makes a new one. */
export class SshRemote implements Remote {
  private lost: AppError | undefined
  private readonly secrets: readonly string[]
  private readonly channels = new Set<unknown>()

  constructor(
    readonly host: string,
    private readonly client: Client,
    extra: { secrets: readonly string[]; jump?: SshRemote },
  ) {
    this.secrets = extra.secrets
    // node-ssh leaves no error listener behind: without one a dying peer ends the whole app.
    client.on('error', (cause) => {
      this.lost ??= lostError(host, cause)
    })
    client.on('close', () => {
      this.lost ??= lostError(host)
      void extra.jump?.close()
    })
  }

  /** False once the connection is gone or closed. */
  get isAlive(): boolean {
    return this.lost === undefined
  }

  /** Channels in use; a closed one counts until the host has closed it, too. */
  get openChannels(): number {
    return this.channels.size
  }

  async exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const result = await runCommand(this.context(quote(argv)), options)
    return { ...result, stdout: this.hide(result.stdout), stderr: this.hide(result.stderr) }
  }

  async stream(argv: readonly string[], options: StreamOptions): Promise<RemoteStream> {
    const { onLine, onStderr } = options
    const output: StreamOptions = onLine
      ? { ...options, onLine: (line, receivedMs) => onLine(this.hide(line), receivedMs) }
      : options
    return streamCommand(this.context(quote(argv)), {
      ...output,
      onStderr: onStderr && ((line, receivedMs) => onStderr(this.hide(line), receivedMs)),
    })
  }

  async shell(options: ShellOptions): Promise<RemoteStream> {
    return streamShell(this.context('(shell)'), options)
  }

  async put(path: string, data: string | Uint8Array, mode: string): Promise<void> {
    const argv = ['sh', '-c', WRITE_FILE, 'sh', path, mode]
    const result = await this.exec(argv, { timeoutMs: FILE_TIMEOUT_MS, stdin: data })
    if (result.exitCode !== 0) throw this.fileError(`${path} cannot be written`, argv, result)
  }

  async get(path: string): Promise<string> {
    const argv = ['cat', '--', path]
    const result = await this.exec(argv, { timeoutMs: FILE_TIMEOUT_MS })
    if (result.truncated) throw this.fileError(`${path} is above 10 MB`, argv, result)
    if (result.exitCode !== 0) throw this.fileError(`${path} cannot be read`, argv, result)
    return result.stdout
  }

  async close(): Promise<void> {
    if (!this.isAlive) return
    this.lost = new AppError('ssh-lost', `${this.host}: the SSH connection was closed by the app`, { host: this.host })
    this.client.end()
    // A peer that does not answer the goodbye must not hold the process.
    setTimeout(() => this.client.destroy(), 500).unref()
  }

  /** A TCP connection from this host on: the way through a jump host. */
  forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.client.forwardOut('127.0.0.1', 0, host, port, (error, channel: ClientChannel) => {
        if (error) reject(error)
        else resolve(channel)
      })
    })
  }

  // Here, so that no caller can forget it: what leaves the transport may be stored and shown.
  private hide(text: string): string {
    return hideSecrets(text, this.secrets)
  }

  private context(commandLine: string): ChannelContext {
    return {
      client: this.client,
      host: this.host,
      commandLine,
      shown: redact(commandLine, this.secrets),
      lostBy: () => this.lost,
      channels: this.channels,
    }
  }

  private fileError(message: string, argv: readonly string[], result: ExecResult): AppError {
    return new AppError('command-failed', `${this.host}: ${message}`, {
      host: this.host,
      command: redact(quote(argv), this.secrets),
      stderrTail: redact(result.stderr.slice(-STDERR_TAIL), this.secrets),
      hint: 'Check the directory, its rights and free space (df -h, ls -ld).',
    })
  }
}
