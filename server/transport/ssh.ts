import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { Client } from 'ssh2'
import type { Host } from '../domain/lab'
import { AppError } from '../errors'
import { onAbort } from './abort'
import { credentials } from './auth'
import { type ConnectStep, handshakeError, hostKeyError, tcpError } from './connect-errors'
import { hostKeyAlgorithms, hostKeyMatches } from './host-key'
import { type Env, type PasswordHolder, secretsOf } from './redact'
import { endWhenSilent } from './silence'
import { SshRemote } from './ssh-remote'

export type ConnectOptions = {
  /** All hosts of the lab: jump hosts are looked up here. */
  hosts: readonly Host[]
  /** What else of the lab has a password, for cutting it out of all that comes back. */
  passwords?: readonly PasswordHolder[]
  env?: Env
  signal?: AbortSignal
  tcpTimeoutMs?: number
  /** From the TCP connection until the server shows its host key: later it is mute. */
  muteTimeoutMs?: number
  /** From the TCP connection to the end of the login. */
  readyTimeoutMs?: number
}

const TCP_TIMEOUT_MS = 5000
const MUTE_TIMEOUT_MS = 3000
/** A host that speaks SSH may be slow to log in (DNS, PAM, load) without anything being wrong. */
const READY_TIMEOUT_MS = 12_000
/** ssh2 only asks; it would count an answer that comes after a second's worth of output as none. */
const KEEPALIVE = { keepaliveInterval: 1000, keepaliveCountMax: Number.POSITIVE_INFINITY }
const SILENT_MS = 4000

function openSocket(host: Host, options: ConnectOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: host.host, port: host.port, noDelay: true })
    const fail = (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      socket.destroy()
      reject(tcpError(host, cause))
    }
    const late = () => fail(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    const timer = setTimeout(late, options.tcpTimeoutMs ?? TCP_TIMEOUT_MS)
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

async function openThroughJump(host: Host, options: ConnectOptions): Promise<{ socket: Duplex; jump?: SshRemote }> {
  if (!host.jump) return { socket: await openSocket(host, options) }
  const jumpHost = options.hosts.find(({ id }) => id === host.jump)
  if (!jumpHost || jumpHost.id === host.id) {
    throw new AppError('lab-file', `${host.id}: the jump host "${host.jump}" is not in the lab file`, { host: host.id })
  }
  const jump = await connectSsh(jumpHost, options)
  try {
    return { socket: await jump.forward(host.host, host.port), jump }
  } catch (cause) {
    await jump.close()
    throw tcpError(host, cause as NodeJS.ErrnoException)
  }
}

/**
 * Connects and logs in. The host key must be the one in the lab file. Rejects with an AppError that names the step
 * which failed (name, TCP, mute server, host key, login) and what to do.
 */
export async function connectSsh(host: Host, options: ConnectOptions): Promise<SshRemote> {
  const env = options.env ?? process.env
  const login = await credentials(host, env)
  const { socket, jump } = await openThroughJump(host, options)
  const ssh = new NodeSSH()
  let step = 'handshake' as ConnectStep
  let shownKey: Buffer | undefined

  const abort = () => socket.destroy(new Error('cancelled'))
  const unlisten = onAbort(options.signal, abort)
  let isMute = false
  const giveUp = () => {
    isMute = true
    socket.destroy(new Error('no host key in time'))
  }
  const mute = setTimeout(giveUp, options.muteTimeoutMs ?? MUTE_TIMEOUT_MS)
  try {
    const serverHostKey = hostKeyAlgorithms(host.hostKey)
    const ready = ssh.connect({
      ...login,
      ...KEEPALIVE,
      sock: socket,
      username: host.user,
      readyTimeout: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
      hostVerifier: (key: Buffer) => {
        clearTimeout(mute)
        shownKey = key
        step = hostKeyMatches(host.hostKey, key) ? 'auth' : 'host-key'
        return step === 'auth'
      },
      // The types list what ssh2 offers; a lab file may name any type, an unknown one is refused by ssh2 in words.
      ...(serverHostKey && { algorithms: { serverHostKey: serverHostKey as never } }),
    })
    await ready
    endWhenSilent(socket, SILENT_MS)
  } catch (cause) {
    ssh.dispose()
    socket.destroy()
    await jump?.close()
    if (options.signal?.aborted)
      throw new AppError('cancelled', `${host.id}: connecting was cancelled`, { host: host.id })
    if (step === 'host-key' && shownKey) throw hostKeyError(host, shownKey)
    throw handshakeError(host, step, cause as Error, isMute)
  } finally {
    clearTimeout(mute)
    unlisten()
  }
  const secrets = secretsOf([...options.hosts, ...(options.passwords ?? [])], env)
  return new SshRemote(host.id, ssh.connection as Client, { secrets, jump })
}
