/*
 * Commands that wait: started beforehand on a warm connection, they begin with a line on their standard input. So what
 * begins on several hosts at once does not begin as late as each of them takes to start a program.
 */

const MARK = '\u001e'

/** What an armed command says of itself. `clockMs`: epoch ms on that host's clock. */
export type ArmedLine =
  | { kind: 'armed' }
  | { kind: 'begin'; clockMs: number }
  /** The command of that index, counting from 0, begins. */
  | { kind: 'at'; index: number }

const LINE = new RegExp(`^${MARK}(?:(armed)|begin (\\d{9,11}\\.\\d{1,9})|at (\\d{1,6}))$`)

/** null: a line of the command itself. */
export function parseArmedLine(line: string): ArmedLine | null {
  const [, armed, begin, at] = LINE.exec(line) ?? []
  if (armed) return { kind: 'armed' }
  if (begin) return { kind: 'begin', clockMs: Number(begin) * 1000 }
  return at === undefined ? null : { kind: 'at', index: Number(at) }
}

/** The variable of a script that holds the password of the WANulators' consoles; it comes with the line that begins it. */
export const PASSWORD_VARIABLE = 'FAILOVER_LAB_CONSOLE_PASSWORD'

const WAIT = `printf '\\036armed\\n'
read -r go ${PASSWORD_VARIABLE} || exit 90
printf '\\036begin %s\\n' "$(date +%s.%N)"`

/** The line that begins an armed command. */
export const goLine = (password: string | null): string => (password === null ? 'go\n' : `go ${password}\n`)

/** A program with variables of its own. */
export const withEnv = (env: Readonly<Record<string, string>>, argv: readonly string[]): string[] => [
  ...['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv],
]

/** A program that waits for its beginning. */
export const armedArgv = (argv: readonly string[]): string[] => [
  ...['sh', '-c', `${WAIT}\nexec "$@" </dev/null`, 'sh', ...argv],
]

/** A path as a shell in the home directory takes it: "~/x" is quoted, so nobody else would read it. */
export const underHome = (path: string): string => (path === '~' ? '.' : path.replace(/^~\/+/, ''))

/**
 * Arguments: workdir, logfile. What commands print goes to the logfile where there is one, and what was added to it is
 * printed once they have ended. All commands share one shell, so that variables and directories are kept; marks between
 * them tell which one fails.
 */
const script = (commands: readonly string[], logfile: string | null): string =>
  [
    '[ -z "$1" ] || cd "$1" || exit 91',
    ...(logfile === null ? [] : [openLog(logfile)]),
    'set --',
    WAIT,
    'set -e',
    ...commands.map(
      (command, index) =>
        `printf '\\036at ${index}\\n'\n{\n${command}\n} </dev/null${logfile === null ? '' : ' >>"$failover_lab_log" 2>&1'}`,
    ),
  ].join('\n')

/** "~/x" is in the home directory, all else that is relative in the workdir. */
const openLog = (
  logfile: string,
): string => `failover_lab_log=${logfile.startsWith('/') ? '' : logfile.startsWith('~/') ? '$HOME/' : '$(pwd)/'}$2
mkdir -p "\${failover_lab_log%/*}" && : >>"$failover_lab_log" || exit 92
failover_lab_size=$(stat -c %s "$failover_lab_log")
trap 'tail -c "+$((failover_lab_size + 1))" "$failover_lab_log" | head -c 1000000' EXIT`

export type ScriptPlace = {
  workdir: string | null
  /** Relative to the workdir. */
  logfile: string | null
  env: Readonly<Record<string, string>>
}

/** Commands as one bash script with `set -e` that waits for its beginning. */
export const armedScriptArgv = (commands: readonly string[], { workdir, logfile, env }: ScriptPlace): string[] =>
  withEnv(env, [
    ...['bash', '-c', script(commands, logfile), 'bash', underHome(workdir ?? ''), underHome(logfile ?? '')],
  ])

/** Arguments: workdir, files that have to be there. Makes the workdir; what is missing is printed, exit 1. */
const PREPARE = `[ -z "$1" ] || { mkdir -p "$1" && cd "$1"; } || exit 1
shift
missing=
for file; do
  [ -e "$file" ] || { missing=1; echo "$file"; }
done
[ -z "$missing" ]`

export const prepareArgv = (workdir: string | null, files: readonly string[]): string[] => [
  ...['sh', '-c', PREPARE, 'sh', underHome(workdir ?? ''), ...files],
]
