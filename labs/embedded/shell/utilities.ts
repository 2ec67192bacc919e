import { Bash, encodeUtf8ToBytes, getCommandNames, latin1FromBytes } from 'just-bash'
import type { Machine } from '../machine/machine'
import type { Program } from '../machine/process'
import { readAll } from '../machine/streams'

/** just-bash commands that make no sense here, or that the lab has better ones of. */
const refused = new Set([
  'bash',
  'sh',
  'sleep',
  'timeout',
  'env',
  'date',
  'hostname',
  'whoami',
  'curl',
  'help',
  'history',
  'html-to-markdown',
  'sqlite3',
  'xan',
  'yq',
  'alias',
  'unalias',
  'clear',
  'rg',
  'tree',
  'js-exec',
  'python',
  'python3',
])
const available = new Set<string>((getCommandNames() as string[]).filter((name) => !refused.has(name)))

/** How many operands a filter needs before it stops reading its standard input. */
const filters: Record<string, number> = {
  grep: 2,
  egrep: 2,
  fgrep: 2,
  sed: 2,
  awk: 2,
  head: 1,
  tail: 1,
  sort: 1,
  uniq: 1,
  wc: 1,
  tr: 9,
  cut: 1,
  base64: 1,
  jq: 2,
  md5sum: 1,
  sha1sum: 1,
  sha256sum: 1,
  xargs: 9,
  tee: 9,
  od: 1,
  rev: 1,
  nl: 1,
}

/** Arguments as just-bash takes them: its checksums do not know "--", its tr no octal. */
function argumentsFor(name: string, args: string[]): string[] {
  if (name.endsWith('sum')) return args.filter((arg) => arg !== '--')
  if (name !== 'tr') return args
  return args.map((arg) =>
    arg.replace(/\\([0-7]{1,3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  )
}

const shells = new WeakMap<Machine, Bash>()

function bashOf(machine: Machine): Bash {
  let bash = shells.get(machine)
  if (!bash) {
    bash = new Bash({ fs: machine.fs, cwd: '/' })
    shells.set(machine, bash)
  }
  return bash
}

/** The plain file and text tools (ls, rm, grep …), run by just-bash on the machine's file system. */
export function utility(name: string): Program | null {
  if (!available.has(name)) return null
  return async (p) => {
    const args = argumentsFor(name, p.args.slice(1))
    const operands = args.filter((a) => !a.startsWith('-')).length
    const wanted = filters[name]
    const reads =
      p.io.stdin.kind !== 'null' && wanted !== undefined && (operands < wanted || p.io.stdin.kind !== 'channel')
    const stdin = reads ? await p.within(readAll(p.io.stdin)) : ''
    const result = await p.within(
      bashOf(p.machine).exec(name, {
        args,
        cwd: p.cwd,
        env: p.env,
        replaceEnv: true,
        stdin: latin1FromBytes(encodeUtf8ToBytes(stdin)),
      }),
    )
    p.write(result.stdout)
    p.error(result.stderr)
    return result.exitCode
  }
}
