/** Environment variables: where passwords come from. */
export type Env = Readonly<Record<string, string | undefined>>

const MASK = '•••'
const SHORTEST_SECRET = 4

const PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/\b(pass(?:word|phrase)?|secret|token)(\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi, `$1$2${MASK}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@/]+@/gi, `$1${MASK}@`],
]

/** Something that is logged in to: its password stands in that environment variable. */
export type PasswordHolder = { passwordEnv?: string }

/** The values that must never be stored or shown: passwords that the lab file names by environment variable. */
export function secretsOf(holders: readonly PasswordHolder[], env: Env = process.env): string[] {
  return holders
    .map(({ passwordEnv }) => passwordEnv && env[passwordEnv])
    .filter((value) => value !== undefined)
    .filter((value) => value !== '')
}

/** Text without the given secrets; what is shorter than 4 characters would tear ordinary words apart. */
export const hideSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((result, secret) => (secret.length < SHORTEST_SECRET ? result : result.replaceAll(secret, MASK)), text)

/** Text without the given secrets, and without what looks like one (private keys, `password=…`, URL credentials). */
export const redact = (text: string, secrets: readonly string[] = []): string =>
  PATTERNS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), hideSecrets(text, secrets))
