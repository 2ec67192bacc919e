import { AppError } from '../../errors'

/*
 * What runs inside a WANulator: one emulator process that bridges its two interfaces, started with a file. It reads it
 * once, so a change needs a new process; two of them would each do their part, and without one the link is cut.
 */

/** A process by its name, as pgrep -x takes it: the kernel keeps 15 characters. */
const processName = (emulator: string): string => emulator.slice(emulator.lastIndexOf('/') + 1).slice(0, 15)

/**
 * `emulators`: by process name; what one of them has forked is none of its own. `settled`: waits until no replacement goes
 * on, for it does though the console that began it was left; fails after longer than one takes.
 */
const EMULATORS = `lock=/tmp/failover-lab-$1
settled() {
  n=0
  while [ -e "$lock" ] && [ "$n" -lt 150 ]; do
    sleep 0.1
    n=$((n + 1))
  done
  [ ! -e "$lock" ]
}
emulators() {
  pids=$(pgrep -x "$1" | tr '\\n' ' ')
  for pid in $pids; do
    parent=$(ps -o ppid= -p "$pid" | tr -d ' ')
    [ -n "$parent" ] || continue
    case " $pids" in *" $parent "*) ;; *) echo "$pid" ;; esac
  done
}`

/**
 * Argument: process name. For each: pid, its start and the file's last change (epoch s), the file, its text as base64. The
 * time is read last: on a slow console a start seems later for it, never earlier than what its file was changed by.
 */
const READ = `${EMULATORS}
settled
for pid in $(emulators "$1"); do
  file=$(tr '\\000' '\\n' <"/proc/$pid/cmdline" | tail -n 1)
  case $file in /*) ;; *) file=$(readlink "/proc/$pid/cwd")/$file ;; esac
  age=$(ps -o etimes= -p "$pid") || continue
  now=$(date +%s)
  echo "emulator $pid $((now - age)) $(stat -c %Y -- "$file" 2>/dev/null || echo none) $file"
  base64 -w 76 -- "$file" 2>/dev/null | sed 's/^/| /'
done
echo end`

/**
 * Arguments: process name, emulator, file, file to go back to. Ends what runs, starts the new one, and waits until it is
 * there alone. In a session of its own: neither Ctrl-C nor a line that is lost may stop it half-way; one at a time. Exit
 * 11: the old one cannot be ended; 12: the new one did not stay, the one before is started again.
 */
const REPLACE = `${EMULATORS}
end_all() {
  n=0
  while pgrep -x "$1" >/dev/null; do
    if [ "$n" = 0 ]; then pkill -x "$1"; elif [ "$n" = 10 ]; then pkill -9 -x "$1"; fi
    n=$((n + 1))
    [ "$n" -lt 30 ] || return 1
    sleep 0.1
  done
}
start() {
  setsid "$2" -dc "$3" </dev/null >"\${3%/*}/failover-lab-emulator.log" 2>&1 &
  n=0
  alone=0
  while [ "$n" -lt 30 ] && [ "$alone" -lt 3 ]; do
    sleep 0.1
    n=$((n + 1))
    [ "$n" -lt 10 ] || pgrep -x "$1" >/dev/null || break
    if [ "$(emulators "$1" | wc -l)" -eq 1 ]; then alone=$((alone + 1)); else alone=0; fi
  done
  [ "$alone" = 3 ]
}
replace() {
  end_all "$1" || return 11
  start "$1" "$2" "$3" && return 0
  tail -c 300 "\${3%/*}/failover-lab-emulator.log"
  end_all "$1"
  [ -z "$4" ] || start "$1" "$2" "$4"
  return 12
}
tries=0
until mkdir "$lock" 2>/dev/null || [ "$tries" = 3 ]; do
  settled || rm -rf "$lock"
  tries=$((tries + 1))
done
replace "$@"
code=$?
rm -rf "$lock"
exit $code`

export const REPLACE_EXIT = { stays: 11, failed: 12 } as const
/** Longest that waiting for one that goes on takes, and REPLACE after that. */
const SETTLED_MS = 18_000
export const REPLACE_MS = SETTLED_MS + 12_000
/** Longest that READ takes. */
export const READ_MS = SETTLED_MS + 4500

export const readEmulatorArgv = (emulator: string): string[] => ['sh', '-c', READ, 'sh', processName(emulator)]

/** @param before a file to start the emulator with again should the new one not stay; null: none */
export const replaceEmulatorArgv = (emulator: string, file: string, before: string | null): string[] => [
  ...['setsid', '-w', 'sh', '-c', REPLACE, 'sh', processName(emulator)],
  ...[emulator, file, before ?? ''],
]

/** Whether a typed command is that of `replaceEmulatorArgv`. */
export const isReplacement = (argv: readonly string[]): boolean => argv.includes(REPLACE)

export type Emulator = {
  pid: number
  /** Epoch s on the VM's clock, ± 1. */
  startedS: number
  file: string
  /** The file's; null: it is gone. */
  changedS: number | null
  text: string | null
}

const HEAD = /^emulator (\d{1,10}) (-?\d{1,12}) (\d{1,12}|none) (\/.{0,4000})$/
const MAX_FILE_CHARS = 400_000

/** Output of `readEmulatorArgv`. Throws `command-failed` when it is not whole. */
export function parseEmulators(output: string): Emulator[] {
  const lines = output.trimEnd().split('\n')
  if (lines.at(-1) !== 'end' || output.length > MAX_FILE_CHARS) {
    throw new AppError('command-failed', 'the WANulator did not say what it runs', {
      stderrTail: output.slice(-300),
      hint: 'It needs pgrep, ps, stat and base64 (all there in WANulator 2.4).',
    })
  }
  const found: { emulator: Emulator; base64: string }[] = []
  for (const line of lines) {
    const [, pid, startedS, changed, file] = HEAD.exec(line) ?? []
    if (pid !== undefined && file !== undefined) {
      const changedS = changed === 'none' ? null : Number(changed)
      found.push({ emulator: { pid: Number(pid), startedS: Number(startedS), file, changedS, text: null }, base64: '' })
    } else if (line.startsWith('| ')) {
      const last = found.at(-1)
      if (last) last.base64 += line.slice(2)
    }
  }
  return found.map(({ emulator, base64 }) => {
    if (emulator.changedS === null) return emulator
    return { ...emulator, text: Buffer.from(base64, 'base64').toString('utf8') }
  })
}

/** What a WANulator does now, as far as its processes tell. */
export type InForce =
  | { kind: 'file'; file: string; text: string }
  /** No emulator runs: nothing passes. */
  | { kind: 'none' }
  | { kind: 'several'; count: number }
  /** Its file is gone, or was changed after it had been read. */
  | { kind: 'unknown'; reason: string }

/** Seconds by which start and change of a file are rounded, together. */
const STAMP_ERROR_S = 1

export function inForce(emulators: readonly Emulator[]): InForce {
  const [only] = emulators
  if (!only) return { kind: 'none' }
  if (emulators.length > 1) return { kind: 'several', count: emulators.length }
  const { file, text, changedS, startedS } = only
  if (text === null || changedS === null) return { kind: 'unknown', reason: `its file ${file} is gone` }
  if (changedS > startedS + STAMP_ERROR_S)
    return { kind: 'unknown', reason: `${file} was changed after the emulator had read it` }
  return { kind: 'file', file, text }
}
