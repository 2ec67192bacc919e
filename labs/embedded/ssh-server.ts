import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import { nowMs, scheduler } from './core/scheduler'
import type { Holds } from './holds'
import type { LabKeys } from './keys'
import { Process, parseSignal, run, SIGNALS } from './machine/process'
import { Pipe, type Sink } from './machine/streams'
import { sh } from './shell/sh'
import { HOST } from './world/topology'
import type { World } from './world/world'

/** sshd's MaxSessions: the 11th channel of a connection is refused. */
const MAX_SESSIONS = 10

/** One side of an SSH channel; the channel is closed when the last process lets go of it. */
class ChannelSink implements Sink {
  broken = false
  private holders = 0

  constructor(
    private readonly put: (text: string) => void,
    private readonly closed: () => void,
  ) {}

  write(text: string): void {
    if (!this.broken) this.put(text)
  }
  retain(): void {
    this.holders++
  }
  release(): void {
    if (--this.holders === 0) this.closed()
  }
  flush(): Promise<void> {
    return Promise.resolve()
  }
}

export type SshServer = {
  port: number
  /** Open connections. */
  connections: () => number
  /** Ends every connection at once, as a lost network would after its timeout. */
  drop: () => void
  /** While true, new TCP connections are closed unanswered. */
  refuse: (on: boolean) => void
  /** While true, nothing that arrives on any connection is read: a peer that is there but mute. */
  freeze: (on: boolean) => void
  close: () => Promise<void>
}

/** Serves the world's container host over SSH on a loopback port. */
export async function serveSsh(
  world: World,
  keys: LabKeys,
  holds: Holds,
  user: string,
  port: number,
  onChange: () => void,
): Promise<SshServer> {
  const sockets = new Set<Socket>()
  let refusing = false
  let frozen = false
  const ssh = new ssh2.Server(
    { hostKeys: [keys.hostPrivate], ident: 'OpenSSH_9.2p1', keepaliveInterval: 0 },
    (client) => {
      client.on('error', () => {})
      authenticate(client, keys, user)
      client.on('ready', () => sessions(client, world, holds))
    },
  )
  const tcp = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    if (refusing) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    onChange()
    socket.on('close', () => {
      sockets.delete(socket)
      onChange()
    })
    ssh.injectSocket(socket)
    if (frozen) socket.pause()
  })
  const listening = await listen(tcp, port)
  return {
    port: listening,
    connections: () => sockets.size,
    drop: () => {
      for (const socket of sockets) socket.destroy()
    },
    refuse: (on) => {
      refusing = on
    },
    freeze: (on) => {
      frozen = on
      for (const socket of sockets) {
        if (on) socket.pause()
        else socket.resume()
      }
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        tcp.close(() => resolve())
      }),
  }
}

function listen(server: NetServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    }
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (port === 0 || error.code !== 'EADDRINUSE') reject(error)
      else server.listen(0, '127.0.0.1', done)
    })
    server.listen(port, '127.0.0.1', done)
  })
}

function authenticate(client: Connection, keys: LabKeys, user: string): void {
  const allowed = ssh2.utils.parseKey(keys.userPublic)
  if (allowed instanceof Error) throw allowed
  const wanted = allowed.getPublicSSH()
  client.on('authentication', (context) => {
    if (context.username !== user || context.method !== 'publickey') return context.reject(['publickey'])
    const { key, blob, signature, hashAlgo } = context
    const same = key.algo === allowed.type && key.data.length === wanted.length && timingSafeEqual(key.data, wanted)
    const signed = !signature || (blob !== undefined && allowed.verify(blob, signature, hashAlgo) === true)
    if (same && signed) context.accept()
    else context.reject(['publickey'])
  })
}

function sessions(client: Connection, world: World, holds: Holds): void {
  let open = 0
  client.on('session', (accept, reject) => {
    if (open >= MAX_SESSIONS) {
      reject()
      return
    }
    open++
    const session = accept()
    let process: Process | null = null
    session.on('close', () => {
      open--
    })
    session.on('env', (acceptEnv) => acceptEnv?.())
    session.on('pty', (acceptPty) => acceptPty?.())
    session.on('signal', (acceptSignal, _reject, info) => {
      acceptSignal?.()
      const signal = parseSignal(info.name)
      if (signal) process?.kill(signal)
    })
    session.on('exec', (acceptExec, _reject, info) => {
      process = execute(acceptExec(), world, holds, info.command)
    })
    session.on('shell', (acceptShell) => {
      process = execute(acceptShell(), world, holds, null)
    })
  })
}

/** The login shell runs the command; null: it reads commands from the channel. */
function execute(channel: ServerChannel, world: World, holds: Holds, command: string | null): Process {
  const stdin = new Pipe('channel')
  let sinksOpen = 2
  const closed = () => {
    if (--sinksOpen === 0) channel.end()
  }
  const stdout = new ChannelSink((text) => channel.write(text), closed)
  const stderr = new ChannelSink((text) => channel.stderr.write(text), closed)
  channel.on('data', (data: Buffer) => stdin.write(data.toString('utf8')))
  channel.on('end', () => stdin.end())
  channel.on('error', () => {})
  const gone = new Promise<void>((resolve) => channel.on('close', resolve))
  channel.on('close', () => {
    stdout.broken = true
    stderr.broken = true
    stdin.end()
  })
  const env = {
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
  }
  const args = command === null ? ['sh'] : ['sh', '-c', command]
  const process = new Process({
    machine: world.machine(HOST),
    args,
    env,
    cwd: '/root',
    io: { stdin, stdout, stderr },
    parent: null,
  })
  const entry = holds.begin(command ?? '(shell)', nowMs())
  process.exited.then((code) => {
    entry.exitCode = code
    entry.endedMs = nowMs()
    if (!stdout.broken) sendExit(code)
    stdout.release()
    stderr.release()
  })
  // The channel itself is a holder until the exit status is on its way.
  stdout.retain()
  stderr.retain()
  const sendExit = (code: number): void => {
    const signal = code > 128 ? Object.entries(SIGNALS).find(([, n]) => n === code - 128)?.[0] : undefined
    if (signal && process.killed) channel.exit(signal, false, '')
    else channel.exit(code)
  }
  run(process, async (p) => {
    if (command !== null && !(await p.within(holds.pass(entry.command, gone)))) return 255
    scheduler.runDue()
    return sh(p)
  })
  return process
}
