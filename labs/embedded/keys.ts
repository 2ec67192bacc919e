import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'

export type LabKeys = {
  hostPrivate: string
  /** "ssh-ed25519 AAAA…", as the lab file names it. */
  hostPublic: string
  userPublic: string
  /** Path of the user's private key, mode 0600. */
  userKeyFile: string
}

/** ssh2 now and then makes a key that it cannot read itself (12 of 3,000 seen). */
function newKeys(comment: string): { private: string; public: string } {
  for (;;) {
    const keys = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    if (!(ssh2.utils.parseKey(keys.private) instanceof Error)) return keys
  }
}

const pair = (file: string, comment: string): { privateKey: string; publicKey: string } => {
  if (!existsSync(file) || !existsSync(`${file}.pub`)) {
    const keys = newKeys(comment)
    writeFileSync(file, keys.private, { mode: 0o600 })
    writeFileSync(`${file}.pub`, `${keys.public}\n`, { mode: 0o600 })
  }
  chmodSync(file, 0o600)
  return { privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8').trim() }
}

/** The lab's host key and the user's key; made once per state directory. */
export function loadKeys(stateDir: string): LabKeys {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const host = pair(join(stateDir, 'host_ed25519'), 'embedded-lab-host')
  const userKeyFile = join(stateDir, 'user_ed25519')
  const user = pair(userKeyFile, 'embedded-lab-user')
  const [type, key] = host.publicKey.split(' ')
  return { hostPrivate: host.privateKey, hostPublic: `${type} ${key}`, userPublic: user.publicKey, userKeyFile }
}
