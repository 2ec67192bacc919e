import { readFile } from 'node:fs/promises'
import type { Config } from 'node-ssh'
import ssh2 from 'ssh2'
import type { Host } from '../domain/lab'
import { AppError } from '../errors'
import type { Env } from './redact'

const refuse = (host: Host, message: string, hint: string, cause?: unknown) =>
  new AppError('ssh-auth', `${host.id}: ${message}`, { host: host.id, hint, cause })

async function readKey(host: Host, keyFile: string): Promise<string> {
  const text = await readFile(keyFile, 'utf8').catch((cause: Error) => {
    const hint = `Check keyFile of host "${host.id}" in the lab file and that the app may read ${keyFile}.`
    throw refuse(host, `the key file ${keyFile} cannot be read (${cause.message})`, hint, cause)
  })
  const parsed = ssh2.utils.parseKey(text)
  if (parsed instanceof Error) {
    const hint = /passphrase|encrypted/i.test(parsed.message)
      ? 'The key has a passphrase: load it with ssh-add and use "agent: true", or name a key without one.'
      : `${keyFile} must be a private key in OpenSSH or PEM form (ssh-keygen -t ed25519).`
    throw refuse(host, `the key in ${keyFile} cannot be used (${parsed.message})`, hint, parsed)
  }
  return text
}

/** How the host wants to be logged in to, as node-ssh takes it. Rejects with `ssh-auth` when the means are missing. */
export async function credentials(host: Host, env: Env): Promise<Partial<Config>> {
  if (host.keyFile) return { privateKey: await readKey(host, host.keyFile) }
  if (host.agent) {
    if (env.SSH_AUTH_SOCK) return { agent: env.SSH_AUTH_SOCK }
    const hint = 'Start ssh-agent, ssh-add the key, and start the app in that session; or use keyFile.'
    throw refuse(host, 'no SSH agent is running (SSH_AUTH_SOCK is not set)', hint)
  }
  const name = host.passwordEnv ?? ''
  const password = env[name]
  if (password) return { password, tryKeyboard: true }
  throw refuse(
    host,
    `the environment variable ${name} is not set`,
    `Set ${name} to the password and start the app again.`,
  )
}

/** In words: what was tried to log in with. */
export function triedCredential(host: Host): string {
  if (host.keyFile) return `key ${host.keyFile}`
  return host.agent ? 'the keys of the SSH agent' : `the password in ${host.passwordEnv}`
}
