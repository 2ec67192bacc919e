import { IdSchema } from '../domain/ids'
import type { Host } from '../domain/lab'

/** What holds for one host after all patterns were applied; an option that may stand more than once is a list. */
export type SshOptions = Readonly<Record<string, string | readonly string[] | undefined>>

/** An OpenSSH client configuration as a library reads it: which names it has (no patterns), and what holds for each. */
export type SshConfig = { aliases: readonly string[]; optionsOf(alias: string): SshOptions }

/** An entry of a lab file's `hosts` without what no ssh_config tells: the host's own key. */
export type HostDraft = Omit<Host, 'hostKey'>

export type HostImport = {
  hosts: HostDraft[]
  /** What could not be taken over, or has to be looked at. */
  notes: { host: string; message: string }[]
}

type Jump = { alias: string; host: string; user: string | null; port: number | null }

const JUMP = /^(?:ssh:\/\/)?(?:([^@/%]+)@)?(?:\[([^\]]+)\]|([^:/%]+))(?::(\d+))?\/?$/i

/** "[user@]host[:port]" or "ssh://…", comma-separated: the first one is the first to be reached. null: not understood. */
function jumpsOf(text: string): (Jump | null)[] {
  if (text.trim().toLowerCase() === 'none') return []
  return text.split(',').map((part) => {
    const [, user = null, bracketed, plain, port] = JUMP.exec(part.trim()) ?? []
    const host = bracketed ?? plain
    return host === undefined ? null : { alias: host, host, user, port: port === undefined ? null : Number(port) }
  })
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535

const listOf = (value: SshOptions[string]): string[] => (value === undefined ? [] : [value].flat())

/** A name as an id of the lab file: what may not stand in one becomes a dash. */
const idOf = (alias: string): string =>
  alias
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 64)

const isPattern = (alias: string): boolean => /[*?!\s]/.test(alias)

/** Of these nothing is lost when they are left out. */
const HARMLESS = new Set(
  'host hostname user port identityfile proxyjump identitiesonly addkeystoagent serveraliveinterval serveralivecountmax compression forwardagent controlmaster controlpath controlpersist loglevel hashknownhosts sendenv setenv'.split(
    ' ',
  ),
)

/**
 * Entries for a lab file's `hosts`: the wanted names (all that are no patterns, unless told) and every host that one of them
 * jumps through. @param user of a host that names none
 */
export function importHosts(config: SshConfig, user: string, wanted: readonly string[] = config.aliases): HostImport {
  const hosts = new Map<string, HostDraft>()
  /** The name that each id is of. */
  const names = new Map<string, string>()
  const notes: HostImport['notes'] = []
  const note = (host: string, message: string) => notes.push({ host, message })

  const add = (alias: string, given: Partial<Jump>, seen: readonly string[]): string | null => {
    const id = idOf(alias)
    if (!IdSchema.safeParse(id).success) {
      note(alias, 'its name cannot be an id of a lab file; left out')
      return null
    }
    const known = hosts.get(id)
    if (known && names.get(id) !== alias) {
      note(alias, `its id in a lab file would be that of ${names.get(id)}; left out`)
      return null
    }
    if (known) {
      const [user, port] = [given.user ?? known.user, given.port ?? known.port]
      if (user !== known.user || port !== known.port)
        note(alias, `somebody jumps through it as ${user} on port ${port}; a lab file has one entry for all`)
      return id
    }
    const options = new Map(Object.entries(config.optionsOf(alias)).map(([key, value]) => [key.toLowerCase(), value]))
    const first = (key: string) => listOf(options.get(key))[0]
    const port = given.port ?? Number(first('port') ?? 22)
    if (!isPort(port)) note(alias, `“${first('port') ?? port}” is no port; 22 is put in`)
    const host = (first('hostname') ?? given.host ?? alias).replaceAll('%h', alias)
    const draft: HostDraft = {
      id,
      host,
      port: isPort(port) ? port : 22,
      user: given.user ?? first('user') ?? user,
      ...credentialOf(alias, options, note),
    }
    hosts.set(id, draft)
    names.set(id, alias)
    if (host.includes('%')) note(alias, `HostName ${host} holds a token that is not known; put the name in`)
    for (const key of options.keys()) if (!HARMLESS.has(key)) note(alias, `${key} is not taken over`)
    const jumps = jumpsOf(first('proxyjump') ?? 'none')
    if (jumps.includes(null)) note(alias, `ProxyJump ${first('proxyjump')} is not understood; put its jump in`)
    const readable = jumps.filter((jump) => jump !== null)
    const via = jumpThrough(alias, readable, [...seen, alias])
    if (via !== null) draft.jump = via
    return id
  }

  /** The last of the jumps, each of which is reached through the one before. */
  const jumpThrough = (alias: string, jumps: readonly Jump[], seen: readonly string[]): string | null => {
    let via: string | null = null
    for (const jump of jumps) {
      if (seen.includes(jump.alias)) {
        note(alias, `ProxyJump goes round in a circle (${jump.alias})`)
        return via
      }
      const id = add(jump.alias, jump, seen)
      const draft = id === null ? undefined : hosts.get(id)
      if (draft && via !== null && draft.jump !== via) {
        draft.jump = via
        note(alias, `its way through ${via} to ${draft.id} holds for everybody who goes through ${draft.id}`)
      }
      via = id ?? via
    }
    return via
  }

  for (const alias of wanted.filter((name) => !isPattern(name))) add(alias, {}, [])
  return { hosts: [...hosts.values()], notes }
}

/** A key file where one is named, else the agent. */
function credentialOf(
  alias: string,
  options: ReadonlyMap<string, SshOptions[string]>,
  note: (host: string, message: string) => void,
): Pick<HostDraft, 'keyFile' | 'agent'> {
  const [keyFile, ...more] = listOf(options.get('identityfile')).filter((file) => file.toLowerCase() !== 'none')
  if (keyFile === undefined) return { agent: true }
  if (more.length > 0) note(alias, `of several keys the first is taken (${keyFile})`)
  if (keyFile.replaceAll('%d', '~').includes('%'))
    note(alias, `${keyFile} holds a token that is not known; put the path in`)
  return { keyFile: keyFile.replace(/^%d\//, '~/') }
}
