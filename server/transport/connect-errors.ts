import type { Host } from '../domain/lab'
import { AppError, type ErrorCode } from '../errors'
import { triedCredential } from './auth'
import { fingerprint, keyType } from './host-key'

/** How far connecting came; the last step reached is the one that failed. */
export type ConnectStep = 'resolve' | 'tcp' | 'handshake' | 'host-key' | 'auth'

const where = (host: Host) => `${host.host}:${host.port}`

function failure(host: Host, code: ErrorCode, message: string, hint: string, cause?: unknown) {
  return new AppError(code, `${host.id}: ${message}`, { host: host.id, hint, cause })
}

const TCP_FAILURES: Record<string, (host: Host) => [ErrorCode, string, string]> = {
  ENOTFOUND: (h) => [
    'ssh-connect',
    `the name ${h.host} cannot be resolved`,
    `Check host "${h.id}" in the lab file, DNS and the VPN (getent hosts ${h.host}).`,
  ],
  ECONNREFUSED: (h) => [
    'ssh-connect',
    `${where(h)} refuses connections`,
    `Check the port in the lab file and that sshd runs there (ss -ltn 'sport = :${h.port}').`,
  ],
  ETIMEDOUT: (h) => [
    'ssh-timeout',
    `no TCP connection to ${where(h)} in time`,
    `Check that the host is up, the port, the route and firewalls between (nc -vz ${h.host} ${h.port}).`,
  ],
}

/** A failed TCP connect as an error that says whether it was the name, the port or the way. */
export function tcpError(host: Host, cause: NodeJS.ErrnoException): AppError {
  const code = cause.code === 'EAI_AGAIN' ? 'ENOTFOUND' : (cause.code ?? '')
  const known = TCP_FAILURES[code]?.(host)
  if (known) return failure(host, ...known, cause)
  const hint = `Check that ${host.host} can be reached from here (ping ${host.host}) and the VPN.`
  return failure(host, 'ssh-connect', `cannot connect to ${where(host)} (${cause.message || code})`, hint, cause)
}

/** The host showed another key than the lab file names. */
export function hostKeyError(host: Host, shown: Buffer): AppError {
  const type = keyType(shown)
  return failure(
    host,
    'ssh-host-key',
    `the host key is not the one in the lab file: ${where(host)} shows ${type} ${fingerprint(shown)}`,
    `Compare with the host's own (on its console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). Is it the same, ` +
      `put hostKey: "${fingerprint(shown)}" into the lab file; if not, another machine answers there: do not connect.`,
  )
}

/** What SSH itself failed with, by the step that had been reached; `isMute`: the server had shown no host key in time. */
export function handshakeError(
  host: Host,
  step: ConnectStep,
  cause: Error & { level?: string },
  isMute: boolean,
): AppError {
  if (step === 'auth') {
    if (cause.level === 'client-timeout') {
      const hint = 'The host is slow to log in (DNS, PAM, load): try ssh by hand, then again.'
      return failure(host, 'ssh-timeout', `${where(host)} did not finish the login in time`, hint, cause)
    }
    const hint = `Check that ${host.user} may log in with it (ssh -v -p ${host.port} ${host.user}@${host.host}; authorized_keys).`
    return failure(host, 'ssh-auth', `${host.user}@${where(host)} refused ${triedCredential(host)}`, hint, cause)
  }
  if (isMute) {
    const hint = 'Something listens there but does not speak SSH in time: check the port, or that sshd is not stuck.'
    return failure(host, 'ssh-timeout', `${where(host)} accepts the connection but stays mute`, hint, cause)
  }
  const hint = /no matching host key/i.test(cause.message)
    ? `The host has no key of the type in the lab file: use one of those in ssh-keyscan -p ${host.port} ${host.host}.`
    : 'Check that this is the SSH port; with many connections at once raise MaxStartups in sshd_config.'
  return failure(host, 'ssh-connect', `no SSH handshake with ${where(host)} (${cause.message})`, hint, cause)
}

/** The connection died. */
export const lostError = (host: string, cause?: unknown): AppError =>
  new AppError('ssh-lost', `${host}: the SSH connection was lost`, {
    host,
    hint: 'The host went down or the network to it is cut; the next command connects again.',
    cause,
  })
