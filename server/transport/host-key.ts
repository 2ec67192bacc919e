import { createHash } from 'node:crypto'

/** "SHA256:…" of a public key blob, as ssh-keygen -l prints it. */
export const fingerprint = (key: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** Key type named inside a public key blob ("ssh-ed25519"). */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0
  return key.subarray(4, 4 + length).toString('latin1')
}

/** Whether the key that a host showed is the one in the lab file: a public key line, or its SHA256 fingerprint. */
export function hostKeyMatches(expected: string, key: Buffer): boolean {
  if (expected.startsWith('SHA256:')) return expected.trim().replace(/=+$/, '') === fingerprint(key)
  const [type, blob] = expected.trim().split(/\s+/)
  return type === keyType(key) && blob !== undefined && Buffer.from(blob, 'base64').equals(key)
}

const SIGNATURES: Record<string, string[]> = { 'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] }

/**
 * Signature algorithms to ask for, so that the host shows the key type which the lab file knows; undefined for a
 * fingerprint, which does not say its type.
 */
export function hostKeyAlgorithms(expected: string): string[] | undefined {
  if (expected.startsWith('SHA256:')) return undefined
  const type = expected.trim().split(/\s+/)[0] ?? ''
  return SIGNATURES[type] ?? [type]
}
