import SSHConfig, { type Line, LineType, type Section } from 'ssh-config'
import { stringify } from 'yaml'
import { AppError } from '../errors'
import { type HostDraft, type HostImport, importHosts, type SshOptions } from './ssh-hosts'

/**
 * A configuration is somebody's text: read as text only. What it includes is not opened, `Match exec` and names that
 * would have to be asked for (CanonicalizeHostName) are left out before the library computes anything, for it would start
 * programs; sizes and wildcards are bounded, for its patterns are regular expressions.
 */
const MAX_CHARS = 64 * 1024
const MAX_PATTERNS = 500
const MAX_PATTERN_CHARS = 255
const MAX_WILDCARDS = 3
const MAX_LINES = 5000
/** Steps of its regular expressions at the worst, a moment's work. */
const MAX_MATCHING = 20_000_000

const refuse = (why: string, hint: string): AppError => new AppError('bad-input', `no ssh_config: ${why}`, { hint })

const isDirective = (line: Line): line is Exclude<Line, { type: LineType.COMMENT | LineType.EMPTY }> =>
  line.type === LineType.DIRECTIVE
const isSection = (line: Line): line is Section => 'config' in line
const nameOf = (line: Line): string => (isDirective(line) ? line.param.toLowerCase() : '')

const patternsOf = (line: Section): string[] =>
  typeof line.value === 'string' ? line.value.split(',') : line.value.map(({ val }) => val)

/** Criteria that are told by the name alone. */
const KNOWN_CRITERIA = new Set(['all', 'host', 'originalhost'])

const isKnownMatch = (line: Section): boolean =>
  'criteria' in line &&
  Object.keys((line as { criteria: Record<string, unknown> }).criteria).every((key) =>
    KNOWN_CRITERIA.has(key.toLowerCase()),
  )

const valueText = (line: Line): string =>
  isDirective(line) ? (typeof line.value === 'string' ? line.value : line.value.map(({ val }) => val).join(' ')) : ''

/** Options that would be followed elsewhere. */
const LEFT_OUT: Record<string, string> = {
  include: 'is not followed: paste what is in those files, too',
  canonicalizehostname: 'is left out: names are taken as they stand',
  canonicaldomains: 'is left out: names are taken as they stand',
  canonicalizemaxdots: 'is left out: names are taken as they stand',
  canonicalizefallbacklocal: 'is left out: names are taken as they stand',
  canonicalizepermittedcnames: 'is left out: names are taken as they stand',
}

/** The lines that may be computed with; what is left out is told. */
function safeLines(lines: readonly Line[], tell: (message: string) => void): SSHConfig {
  const kept = lines.flatMap((line): Line[] => {
    if (!isDirective(line)) return []
    const name = nameOf(line)
    if (!/^[a-z]{1,64}$/.test(name)) {
      tell(`“${line.param.slice(0, 40)}” is no option and left out`)
      return []
    }
    const why = Object.hasOwn(LEFT_OUT, name) ? LEFT_OUT[name] : undefined
    if (why !== undefined) {
      tell(`${line.param} ${valueText(line)} ${why}`.slice(0, 300))
      return []
    }
    if (!isSection(line)) return [line]
    if (name === 'match' && !isKnownMatch(line)) {
      tell(`Match ${valueText(line)} is left out: it cannot be told from the name alone`.slice(0, 300))
      return []
    }
    return [{ ...line, config: safeLines(line.config, tell) }]
  })
  return SSHConfig.from(kept) as SSHConfig
}

function checkPatterns(lines: readonly Line[]): void {
  const patterns = lines.flatMap((line) => (isDirective(line) && isSection(line) ? patternsOf(line) : []))
  if (patterns.length > MAX_PATTERNS)
    throw refuse(`more than ${MAX_PATTERNS} names and patterns`, 'Paste the hosts of the lab only.')
  const long = patterns.find(
    (text) => text.length > MAX_PATTERN_CHARS || (text.match(/\*/g)?.length ?? 0) > MAX_WILDCARDS,
  )
  if (long !== undefined)
    throw refuse(`the pattern “${long.slice(0, 40)}” is too long or has too many *`, 'Paste the hosts of the lab only.')
}

/** Steps to hold a pattern against a name: each "*" tries every place, each "?" whether there is a letter. */
function matching(pattern: string, { length }: string): number {
  const stars = pattern.match(/\*/g)?.length ?? 0
  const questions = pattern.match(/\?/g)?.length ?? 0
  return length ** stars * 2 ** questions
}

/** The library's regular expressions go back and forth: a few letters could hold up everybody. */
function checkMatching(lines: readonly Line[], aliases: readonly string[]): void {
  const patterns = lines
    .flatMap((line) => (isDirective(line) && isSection(line) ? patternsOf(line) : []))
    .flatMap((text) => text.split(','))
    .map((text) => text.replace(/^!/, ''))
    .filter((text) => /[*?]/.test(text))
  let steps = 0
  for (const pattern of patterns) {
    const [start = ''] = pattern.split(/[*?]/)
    for (const alias of aliases) if (alias.startsWith(start)) steps += matching(pattern, alias)
  }
  if (steps > MAX_MATCHING) throw refuse('its patterns have too many * and ?', 'Paste the hosts of the lab only.')
}

const isPlain = (name: string): boolean => !/[*?!]/.test(name) && name.length <= MAX_PATTERN_CHARS

function parsed(text: string): SSHConfig {
  if (text.length > MAX_CHARS || text.split('\n').length > MAX_LINES)
    throw refuse(`it has ${text.length} characters; at most ${MAX_CHARS} are read`, 'Paste the hosts of the lab only.')
  try {
    return SSHConfig.parse(text)
  } catch (cause) {
    const why = cause instanceof Error && !(cause instanceof TypeError) ? cause.message : 'a line without a value'
    throw refuse(why.slice(0, 200), 'Expected the client configuration of OpenSSH (~/.ssh/config).')
  }
}

export type SshConfigImport = HostImport & {
  /** About the file as a whole. */
  fileNotes: string[]
  /** The `hosts` of a lab file, each with what is missing in it; empty without hosts. */
  yaml: string
}

/** What a lab file says of a host, in its order; the host's own key has to be put in. */
const entryOf = ({ id, host, port, user, keyFile, agent, jump }: HostDraft) => ({
  ...{ id, host },
  ...(port === 22 ? {} : { port }),
  user,
  ...(keyFile === undefined ? { agent } : { keyFile }),
  ...(jump === undefined ? {} : { jump }),
})

/** Prints the key of a host as a lab file takes it; run where the host can be reached directly. */
export const hostKeyCommand = ({ host, port }: Pick<HostDraft, 'host' | 'port'>): string =>
  `ssh-keyscan -t ed25519${port === 22 ? '' : ` -p ${port}`} ${/^[\w.:-]+$/.test(host) && !host.startsWith('-') ? host : 'HOST'}`

const labYaml = (hosts: readonly HostDraft[]): string =>
  hosts.length === 0
    ? ''
    : stringify({ hosts: hosts.map(entryOf) }, { lineWidth: 0 }).replace(
        /^( {2}- id: (.+)\n(?: {4}.+\n)*)/gm,
        (entry, _whole, id: string) => {
          const draft = hosts.find((host) => host.id === id.replace(/^["']|["']$/g, ''))
          return `${entry}    hostKey: # ${draft ? hostKeyCommand(draft) : 'ssh-keyscan -t ed25519 HOST'}\n`
        },
      )

/**
 * Hosts of an OpenSSH client configuration as entries of a lab file. Nothing is opened, asked or run. Throws `bad-input`.
 * @param user of a host that names none
 */
export function importSshConfig(text: string, user: string): SshConfigImport {
  const fileNotes: string[] = []
  const config = safeLines(parsed(text), (message) => {
    if (!fileNotes.includes(message)) fileNotes.push(message)
  })
  checkPatterns(config)
  const names = config.flatMap((line) => (isSection(line) && nameOf(line) === 'host' ? patternsOf(line) : []))
  const aliases = [...new Set(names)].filter(isPlain)
  checkMatching(config, aliases)
  const optionsOf = (alias: string): SshOptions =>
    isPlain(alias) ? config.compute(alias, { ignoreCase: true, matchExec: false }) : {}
  const { hosts, notes } = importHosts({ aliases, optionsOf }, user)
  if (hosts.length === 0 && aliases.length === 0) fileNotes.push('it names no host: only patterns, or nothing')
  return { hosts, notes, fileNotes, yaml: labYaml(hosts) }
}
