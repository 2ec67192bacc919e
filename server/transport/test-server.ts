import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Server as NetServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type Server, type ServerChannel } from 'ssh2'
import type { Host } from '../domain/lab'
import { AppError } from '../errors'

/** For tests: an SSH server on a free loopback port that runs commands in a real `sh`. */
export type TestServer = {
  host: Host
  /** Connections accepted so far. */
  connections: () => number
  openConnections: () => number
  /** Cuts every TCP connection. */
  drop(): void
  /** Leaves connections open but reads and answers nothing any more. */
  freeze(): void
  /** Reads nothing any more, so answers nothing; what its commands print still comes. */
  deafen(): void
  stop(): Promise<void>
}

export type TestServerOptions = {
  id?: string
  env?: Record<string, string>
  /** Instead of a real shell. */
  onExec?: (command: string, channel: ServerChannel) => void
  maxSessions?: number
  accepts?: (context: AuthContext) => boolean
  /** How long a login takes after the host key was shown. */
  loginMs?: number
  host?: Partial<Host>
}

/** ssh2 1.17 writes about one in 256 keys so that it cannot read them itself. */
function newKey() {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(key.private) instanceof Error)) return key
  }
}

function runInShell(command: string, channel: ServerChannel, env: Record<string, string>) {
  const child = spawn('sh', ['-c', command], { env: { ...process.env, ...env }, detached: true })
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  channel.pipe(child.stdin)
  child.stdin.on('error', () => {})
  channel.on('close', () => child.pid && child.exitCode === null && child.kill('SIGINT'))
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.slice(3), false, '')
    else channel.exit(code ?? 0)
    channel.end()
  })
}

function serveSessions(connection: Connection, options: TestServerOptions) {
  let open = 0
  connection.on('session', (accept, reject) => {
    if (open >= (options.maxSessions ?? 10)) return void reject?.()
    open++
    const session = accept()
    session.on('close', () => open--)
    session.on('signal', (acceptSignal) => acceptSignal?.())
    session.on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec()
      channel.on('error', () => {})
      if (options.onExec) options.onExec(command, channel)
      else runInShell(command, channel, options.env ?? {})
    })
    session.on('pty', (acceptPty) => acceptPty?.())
    session.on('shell', (acceptShell) => {
      const channel = acceptShell()
      channel.on('data', (data: Buffer) => channel.write(`you said ${data}`))
    })
  })
  connection.on('tcpip', (accept, _reject, { destPort }) => {
    const channel = accept()
    const onward = new Socket()
    onward.connect(destPort, '127.0.0.1')
    onward.on('error', () => channel.end())
    channel.on('error', () => onward.destroy())
    channel.pipe(onward).pipe(channel)
  })
}

/** Starts one; `host` is its entry of a lab file, with a key file in the temp directory. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const hostKey = newKey()
  const userKey = newKey()
  const keyDirectory = mkdtempSync(join(tmpdir(), 'failover-lab-key-'))
  const keyFile = join(keyDirectory, 'key')
  writeFileSync(keyFile, userKey.private, { mode: 0o600 })
  const sockets = new Set<Socket>()
  let count = 0

  const server: Server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connection.on('error', () => {})
    connection.on('authentication', (context) => {
      if (options.accepts && !options.accepts(context)) return context.reject(['publickey', 'password'])
      return void setTimeout(() => context.accept(), options.loginMs ?? 0)
    })
    connection.on('ready', () => serveSessions(connection, options))
  })
  const raw = (server as unknown as { _srv: NetServer })._srv
  raw.on('connection', (socket) => {
    count++
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  const deafen = () => {
    for (const socket of sockets) socket.pause().removeAllListeners('data')
  }
  return {
    host: {
      ...{ id: options.id ?? 'test-host', host: '127.0.0.1', port, user: 'tester', keyFile },
      hostKey: hostKey.public,
      ...options.host,
    },
    connections: () => count,
    openConnections: () => sockets.size,
    drop,
    deafen,
    freeze() {
      deafen()
      for (const socket of sockets) socket.write = () => true
    },
    stop: () =>
      new Promise((resolve) => {
        drop()
        rmSync(keyDirectory, { recursive: true, force: true })
        server.close(() => resolve())
      }),
  }
}

/** The AppError that a promise must reject with. */
export async function failure(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (outcome instanceof AppError) return outcome
  throw new Error(`expected a rejection with an AppError, got ${String(outcome)}`)
}
