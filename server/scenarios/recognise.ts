import type { PresetId } from '../domain/impairment'
import { durationMs, type ScenarioAction } from '../domain/scenario'

/** What a command is, to a scenario. */
export type Recognised =
  | { kind: 'step'; action: ScenarioAction; title: string; durationMs: number; notes: string[] }
  /** Nothing but time goes by. */
  | { kind: 'pause'; durationMs: number }
  /** Done by other steps anyway. */
  | { kind: 'needless'; why: string }
  /** Known, but no step does the same. */
  | { kind: 'raw'; why: string }

export type Known = {
  /** Text of a `.wcfg` that the job brings along; null: it is not at hand. */
  wcfg(name: string): string | null
  /** Steps capture on the PVE host alone; a capture elsewhere stays a command. */
  isPveHost: boolean
}

/** A program's options without a value, and those with one, that a step can do without or has for itself. */
type Options = { flags: ReadonlySet<string>; valued: ReadonlySet<string> }

const options = (flags: string, valued: string): Options => ({
  flags: new Set(flags.split(' ')),
  valued: new Set(valued.split(' ')),
})

/** Options and their values of a command line; "-c5", "-c 5", "--users=5" and "--users 5" alike. */
function read(args: readonly string[], { flags, valued }: Options) {
  const values = new Map<string, string[]>()
  const rest: string[] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    const [, long, attached] = /^(--[\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    const [, short, glued] = /^(-[A-Za-z#])(.*)$/s.exec(word) ?? []
    const name = long ?? short
    if (name === undefined) rest.push(word)
    else if (flags.has(name)) values.set(name, [...(values.get(name) ?? []), ''])
    else {
      const value = attached ?? (glued || args[++at] || '')
      values.set(name, [...(values.get(name) ?? []), value])
    }
  }
  const text = (...names: string[]) =>
    names.map((name) => values.get(name)?.at(-1)).find((value) => value !== undefined)
  /** null: none is given and none is usual, or it is no number that a step could take. */
  const number = (usual: number | null, ...names: string[]) => {
    const given = text(...names)
    if (given === undefined) return usual
    const value = Number(given)
    return Number.isFinite(value) && value > 0 ? value : null
  }
  const whole = (usual: number | null, ...names: string[]) => {
    const value = number(usual, ...names)
    return Number.isInteger(value) ? value : null
  }
  const strange = [...values.keys()].find((name) => !flags.has(name) && !valued.has(name))
  const has = (name: string) => values.has(name)
  return { text, number, whole, has, all: (name: string) => values.get(name) ?? [], rest, strange }
}

const stays = (why: string): Recognised => ({ kind: 'raw', why: `stays a command: ${why}` })

/** What an option changes that no step has is not dropped without a word: "-I eth1", "-b 10M". */
const hasOption = (option: string): Recognised => stays(`no step has its option ${option}`)

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const PRESET_FILES: Record<string, PresetId> = {
  ...{ good: 'good', drop_100: 'drop-100', drop_15: 'drop-15', drop_5th: 'drop-5th' },
  ...{ delay_150: 'delay-150', jitter_80: 'jitter-80', jitter_50_150: 'jitter-50-150' },
}

/** The preset that a `.wcfg` of the team is named after; null: it has another name. */
export function presetOfName(path: string): PresetId | null {
  const name = base(path).replace(/\.wcfg$/, '')
  return Object.hasOwn(PRESET_FILES, name) ? (PRESET_FILES[name] ?? null) : null
}

const ONLY_NAME = 'the file was not brought along, so it is taken for what its name says, in both directions'

function wcfgStep(vm: number, path: string, known: Known): Recognised | null {
  const name = base(path)
  const text = known.wcfg(name)
  const title = `WANulator ${vm}: ${name}`
  if (text !== null)
    return { kind: 'step', action: { kind: 'apply-wcfg', vm, name, text }, title, durationMs: 0, notes: [] }
  const preset = presetOfName(name)
  if (!preset) return null
  return {
    kind: 'step',
    action: { kind: 'impair', vm, preset, direction: 'both' },
    title,
    durationMs: 0,
    notes: [ONLY_NAME],
  }
}

type Reader = (args: readonly string[], known: Known) => Recognised | null

/** VM id, password, command. */
const sendCommand: Reader = ([vm = '', , command = ''], known) => {
  const file = /^\S*wanulator2-headless\s+-dc\s+(\S+)\s*$/.exec(command)?.[1]
  return file && /^\d{3,9}$/.test(vm) ? wcfgStep(Number(vm), file, known) : null
}

/** VM id, password, file. */
const copyFile: Reader = ([vm = '', , file = '']) =>
  /^\d{3,9}$/.test(vm) && file.endsWith('.wcfg')
    ? { kind: 'needless', why: `the step that applies ${base(file)} brings it along` }
    : null

const SLEEP_UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const sleep: Reader = (args) => {
  const times = args.map((arg) => /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(arg))
  if (times.length === 0 || times.includes(null)) return null
  return {
    kind: 'pause',
    durationMs: times.reduce((sum, time) => sum + Number(time?.[1]) * (SLEEP_UNITS[time?.[2] || 's'] ?? 0), 0),
  }
}

const ping = (
  [target, ...more]: readonly string[],
  intervalMs: number | null,
  count: number | null,
  notes: string[] = [],
): Recognised | null => {
  if (!target || more.length > 0 || intervalMs === null || count === null) return null
  const action = { kind: 'ping', target, intervalMs, count } as const
  return { kind: 'step', action, title: `Ping ${target}`, durationMs: intervalMs * count, notes }
}

const FPING = options('-D -o -q -s -n -d -e -4 -6 -u -a -A', '-c -C -p -i -t -r -Q')
const FPING_I = 'fping -i is the pause between targets; one target is asked every -p, 1000 ms unless told'

const fping: Reader = (args) => {
  const { number, whole, rest, has, strange } = read(args, FPING)
  if (strange) return hasOption(strange)
  return ping(rest, number(1000, '-p'), whole(null, '-c', '-C'), has('-i') ? [FPING_I] : [])
}

const PING = options('-D -O -n -q -4 -6 -v', '-c -i -W')

const iputils: Reader = (args) => {
  const { number, whole, rest, strange } = read(args, PING)
  if (strange) return hasOption(strange)
  const intervalS = number(1, '-i')
  return ping(rest, intervalS && 1000 * intervalS, whole(null, '-c'))
}

const TCPDUMP = options('-n -l -q -p -U -e -t -v -x -X -A -S -K -N -O -# --immediate-mode', '-i -w -s -B -Z')
const TSHARK = options('-n -l -q -p -x -V -P -S -Q', '-i -a -T -e -E -w -F -f -Y -s -t -B -o -d -b')
const CAPTURE = 'captured are headers only, both directions, and analysed as they come'

const capture =
  (known: Options): Reader =>
  (args, { isPveHost }) => {
    const { all, text, rest, strange } = read(args, known)
    const nics = all('-i').flatMap((value) => value.split(','))
    if (nics.length === 0) return null
    if (!isPveHost) return stays('steps capture on the PVE host alone')
    if (strange) return hasOption(strange)
    if (nics.includes('any')) return stays('“any” is no NIC of the lab')
    const ends = all('-a').map((value) => /^duration:(\d+(?:\.\d+)?)$/.exec(value)?.[1])
    if (ends.includes(undefined)) return hasOption('-a')
    const length = ends[0] === undefined ? null : 1000 * Number(ends[0])
    const filter = [text('-f'), text('-Y'), rest.join(' ')].filter(Boolean).join(', ')
    const notes = filter ? [CAPTURE, `its filter (${filter}) is left out: every packet is captured`] : [CAPTURE]
    const action = { kind: 'capture', nics, durationMs: length } as const
    return { kind: 'step', action, title: `Capture on ${nics.join(', ')}`, durationMs: length ?? 0, notes }
  }

const LOCUST = options(
  '--headless --only-summary --csv-full-history --reset-stats',
  '-f --locustfile -H --host -u --users -r --spawn-rate -t --run-time --csv --html -L --loglevel --logfile -s --stop-timeout --exit-code-on-error',
)

const locust: Reader = (args) => {
  const { text, number, whole, has, rest, strange } = read(args, LOCUST)
  const [url, users, spawnPerS] = [text('-H', '--host'), whole(null, '-u', '--users'), number(1, '-r', '--spawn-rate')]
  if (!has('--headless') || !url || users === null || spawnPerS === null) return null
  if (strange) return hasOption(strange)
  if (rest.length > 0) return stays(`no step chooses ${rest.join(', ')} in a locust file`)
  const runTime = text('-t', '--run-time')
  const length = runTime === undefined ? null : (durationMs(runTime) ?? 1000 * Number(runTime))
  if (length !== null && !(length > 0)) return null
  const action = {
    kind: 'http-load' as const,
    url,
    users,
    spawnPerS,
    durationMs: length,
    // What locust itself looks for.
    file: text('-f', '--locustfile') ?? 'locustfile.py',
    ...{ workdir: null, files: [], env: {} },
  } satisfies ScenarioAction
  return { kind: 'step', action, title: `HTTP load on ${url}, ${users} users`, durationMs: length ?? 0, notes: [] }
}

const IPERF = options(
  '-R --reverse -J --json -V -4 -6 -Z --forceflush --get-server-output',
  '-c --client -t --time -p --port -P --parallel -i --interval --logfile',
)

const iperf3: Reader = (args) => {
  const { text, number, whole, has, strange } = read(args, IPERF)
  const [server, seconds] = [text('-c', '--client'), number(10, '-t', '--time')]
  const [port, parallel] = [whole(5201, '-p', '--port'), whole(1, '-P', '--parallel')]
  if (!server || seconds === null || port === null || parallel === null) return null
  if (strange) return hasOption(strange)
  const length = 1000 * seconds
  const direction = has('-R') || has('--reverse') ? 'download' : 'upload'
  const action = { kind: 'throughput', server, port, parallel, durationMs: length, direction } as const
  return { kind: 'step', action, title: `iperf3 to ${server}`, durationMs: length, notes: [] }
}

const needless =
  (why: string): Reader =>
  () => ({ kind: 'needless', why })

const READERS: Record<string, Reader> = {
  'send_cmd.expect': sendCommand,
  'cp_file.expect': copyFile,
  sleep,
  fping,
  ping: iputils,
  tshark: capture(TSHARK),
  tcpdump: capture(TCPDUMP),
  locust,
  iperf3,
  wait: needless('the run waits for every step'),
  set: needless('steps stop at a failure anyway'),
}

/** Words before a command that change nothing about what it is. */
const PREFIXES = ['sudo', 'nohup', 'expect']

/** What a command is; null: nobody here knows, so it stays as it is. */
export function recognise(argv: readonly string[], known: Known): Recognised | null {
  const at = argv.findIndex((word) => !PREFIXES.includes(word))
  const name = base(argv[at] ?? '')
  return Object.hasOwn(READERS, name) ? (READERS[name]?.(argv.slice(at + 1), known) ?? null) : null
}
