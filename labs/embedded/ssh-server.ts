import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import ssh2, { type Connection } from 'ssh2'
import type { Holds } from './holds'
import type { LabKeys } from './keys'
import { type Process, parseSignal } from './machine/process'
import { execute, type Login } from './ssh-exec'

/** sshd's MaxSessions: the 11th channel of a connection is refused. */
const MAX_SESSIONS = 10

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

/** Serves a machine over SSH on a loopback port. */
export async function serveSsh(
  login: Login,
  keys: LabKeys,
  holds: Holds,
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
      authenticate(client, keys, login.user)
      client.on('ready', () => sessions(client, login, holds))
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

function sessions(client: Connection, login: Login, holds: Holds): void {
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
      process = execute(acceptExec(), login, holds, info.command)
    })
    session.on('shell', (acceptShell) => {
      process = execute(acceptShell(), login, holds, null)
    })
  })
}
