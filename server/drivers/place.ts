import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster, type Lab } from '../domain/lab'
import { AppError } from '../errors'
import { quote } from '../transport/quote'

/** What the SSH channel of `host` gets. */
export type HostCommand = { host: string; argv: string[] }

export type PlaceOptions = {
  /** `<runId>/<what>`; the process can be found and ended by it, see `killTagged`. */
  tag: string
  /** The host ends it by itself after this long (INT, then KILL), rounded up to seconds. */
  timeoutMs: number
  /** Outlives its channel unless told otherwise: bounded and tagged inside the instance as well. */
  longLived?: boolean
}

/** Environment variable that marks every process of this app. */
export const TAG_VARIABLE = 'FAILOVER_LAB_RUN'

const TAG = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
const KILL_TIMEOUT_MS = 5000

function checkTag(tag: string): string {
  if (TAG.test(tag)) return tag
  throw new AppError('bad-input', `"${tag}" is not a process tag`, { hint: 'Expected letters, digits, ". _ : / -".' })
}

// -k: what ignores INT is killed, or an exec would hang for ever on it.
const bounded = ({ tag, timeoutMs }: PlaceOptions, argv: readonly string[], killAfterS = 2): string[] => [
  ...['timeout', '-k', String(killAfterS), '-s', 'INT', String(Math.max(1, Math.ceil(timeoutMs / 1000)))],
  ...['env', `${TAG_VARIABLE}=${checkTag(tag)}`, ...argv],
]

/** The host on which a place's commands are run. Throws `lab-file` for an instance of a lab without containers. */
export function hostOf(lab: AnyLab, place: Place): string {
  if ('host' in place) return place.host
  if (hasCluster(lab)) return lab.containers.host
  throw noInstances(place.instance)
}

const noInstances = (instance: string): AppError =>
  new AppError('lab-file', `"${instance}" cannot be an instance: the lab has no containers`, {
    hint: 'Name a host in the lab file: { host: … }.',
  })

/** An argv inside an instance, as the container host runs it: no shell in between, no terminal. */
export const insideInstance = (lab: Lab, instance: string, argv: readonly string[]): string[] => [
  ...lab.containers.command,
  'exec',
  instance,
  '--',
  ...argv,
]

/** A command at a place, bounded and tagged: exactly what is run, for running it and for showing it. */
export function commandAt(lab: AnyLab, place: Place, argv: readonly string[], options: PlaceOptions): HostCommand {
  const host = hostOf(lab, place)
  if ('host' in place) return { host, argv: bounded(options, argv) }
  if (!hasCluster(lab)) throw noInstances(place.instance)
  if (!options.longLived) return { host, argv: bounded(options, insideInstance(lab, place.instance, argv)) }
  // The outer one waits longer: it must not kill the inner one before that has killed what it guards.
  const inside = insideInstance(lab, place.instance, bounded(options, argv))
  return { host, argv: bounded(options, inside, 4) }
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Pattern for `pgrep -f`: every process of this app. The bracket keeps it from matching its own command. */
export const TAGGED_PATTERN = `[${TAG_VARIABLE[0]}]${TAG_VARIABLE.slice(1)}=`

/** Pattern for `pkill -f`: a tag and all below it. */
export const tagPattern = (tag: string): string => `${TAGGED_PATTERN}${escapeRegExp(checkTag(tag))}[/ ]`

/** Ends every process at a place whose tag is `tag` or begins with `tag/`. Exit 0: some were found, 1: none. */
export function killTagged(lab: AnyLab, place: Place, tag: string, signal: 'INT' | 'KILL' = 'INT'): HostCommand {
  const argv = ['pkill', `-${signal}`, '-f', tagPattern(tag)]
  return commandAt(lab, place, argv, { tag: 'cleanup', timeoutMs: KILL_TIMEOUT_MS })
}

/** Exit 0 while a process with the tag, or one below it, runs at a place; 1 when none does. */
export const findTagged = (lab: AnyLab, place: Place, tag: string): HostCommand =>
  commandAt(lab, place, ['pgrep', '-f', tagPattern(tag)], { tag: 'cleanup', timeoutMs: KILL_TIMEOUT_MS })

/** Argument: a pattern of environment entries. INT, INT again, KILL, a second apart, as long as any is left. */
const END_ORPHANS = `for signal in INT INT KILL; do
  pids=
  for file in $(grep -lsz -e "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file%/environ}
    pids="$pids \${pid#/proc/}"
  done
  [ -n "$pids" ] || exit 0
  kill -s "$signal" $pids 2>/dev/null
  sleep 1
done`

/**
 * Ends what has lost its `timeout`: the container tool kills what it started when its client dies, and what that had
 * started goes on, known by its environment only. Exits 0 at once when there is nothing (or no /proc to look in).
 */
export const endOrphansArgv = (tag: string): string[] => [
  ...['sh', '-c', END_ORPHANS, 'sh', `^[${TAG_VARIABLE[0]}]${TAG_VARIABLE.slice(1)}=${escapeRegExp(checkTag(tag))}/`],
]

/** `endOrphansArgv` at a place. */
export const endOrphans = (lab: AnyLab, place: Place, tag: string): HostCommand =>
  commandAt(lab, place, endOrphansArgv(tag), { tag: 'cleanup', timeoutMs: KILL_TIMEOUT_MS })

/**
 * Argument: a pattern of command lines. What it prints names the tag of every process of this app. A container host sees
 * the processes of its containers as well, also those of a lab that is none of ours: who is known to be in another pid
 * name space is left out, and found by who asks in there; so is who has ended since: nobody can say any more where it was.
 */
export const LIST_TAGGED = `own=$(readlink /proc/self/ns/pid 2>/dev/null)
here() { ns=$(readlink "/proc/$1/ns/pid" 2>/dev/null); [ "$ns" = "$own" ] || { [ -z "$ns" ] && [ -d "/proc/$1" ]; }; }
pgrep -a -f "$1" | while read -r pid line; do here "$pid" && echo "$line"; done
for file in $(grep -lsz "^$1" /proc/[0-9]*/environ 2>/dev/null); do
  pid=\${file#/proc/}
  here "\${pid%/environ}" && tr '\\0' '\\n' < "$file" 2>/dev/null | grep "^$1"
done`

/** Lists the processes of this app at a place, one per line: by command line, and by environment. */
export function listTagged(lab: AnyLab, place: Place): HostCommand {
  return commandAt(lab, place, ['sh', '-c', `${LIST_TAGGED}; exit 0`, 'sh', TAGGED_PATTERN], {
    tag: 'observe/tagged',
    timeoutMs: KILL_TIMEOUT_MS,
  })
}

/** A command as an engineer would paste it into a terminal on that host. */
export const commandText = (argv: readonly string[]): string => quote(argv)
