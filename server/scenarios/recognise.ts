import type { PresetId } from '../domain/impairment'
import { durationMs, type ScenarioAction } from '../domain/scenario'

/** What a command is, to a scenario. */
export type Recognised =
  | { kind: 'step'; action: ScenarioAction; title: string; durationMs: number; notes: string[] }
  /** Nothing but time goes by. */
  | { kind: 'pause'; durationMs: number }
  /** Done by other steps anyway. */
  | { kind: 'needless'; why: string; notes: string[] }

export type Known = {
  /** Text of a `.wcfg` that the job brings along; null: it is not at hand. */
  wcfg(name: string): string | null
}

/** Options and their values of a command line; "-c5", "-c 5", "--users=5" and "--users 5" alike. */
function optionsOf(args: readonly string[], flags: ReadonlySet<string>) {
  const values = new Map<string, string[]>()
  const rest: string[] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    const [, long, attached] = /^(--[\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    const [, short, glued] = /^(-[A-Za-z])(.*)$/s.exec(word) ?? []
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
  const number = (...names: string[]) => {
    const value = Number(text(...names))
    return Number.isFinite(value) && value > 0 ? value : null
  }
  return { text, number, all: (name: string) => values.get(name) ?? [], rest }
}

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

const PASSWORD = "the password in it is left out: the WANulators' consoles have theirs in the lab file (wan.console)"

type Reader = (args: readonly string[], known: Known) => Recognised | null

/** VM id, password, command. */
const sendCommand: Reader = ([vm = '', , command = ''], known) => {
  const file = /^\S*wanulator2-headless\s+-dc\s+(\S+)\s*$/.exec(command)?.[1]
  const step = file && /^\d{3,9}$/.test(vm) ? wcfgStep(Number(vm), file, known) : null
  return step?.kind === 'step' ? { ...step, notes: [...step.notes, PASSWORD] } : step
}

/** VM id, password, file. */
const copyFile: Reader = ([vm = '', , file = '']) =>
  /^\d{3,9}$/.test(vm) && file.endsWith('.wcfg')
    ? { kind: 'needless', why: `the step that applies ${base(file)} brings it along`, notes: [PASSWORD] }
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
  target: string | undefined,
  intervalMs: number,
  count: number | null,
  notes: string[],
): Recognised | null => {
  if (!target || count === null || !Number.isInteger(count)) return null
  const action = { kind: 'ping', target, intervalMs, count } as const
  return { kind: 'step', action, title: `Ping ${target}`, durationMs: intervalMs * count, notes }
}

const FPING_FLAGS = new Set(['-D', '-l', '-o', '-q', '-s', '-n', '-d', '-e', '-4', '-6', '-u', '-a', '-A'])
const FPING_I = 'fping -i is the pause between targets; one target is asked every -p, 1000 ms unless told'

const fping: Reader = (args) => {
  const { number, rest, text } = optionsOf(args, FPING_FLAGS)
  return rest.length === 1 ? ping(rest[0], number('-p') ?? 1000, number('-c', '-C'), text('-i') ? [FPING_I] : []) : null
}

const PING_FLAGS = new Set(['-D', '-O', '-n', '-q', '-4', '-6', '-v', '-A', '-f'])

const iputils: Reader = (args) => {
  const { number, rest } = optionsOf(args, PING_FLAGS)
  return rest.length === 1 ? ping(rest[0], 1000 * (number('-i') ?? 1), number('-c'), []) : null
}

const CAPTURE_FLAGS = new Set(['-n', '-l', '-q', '-p', '-U', '-e', '-t', '-v', '-x', '-Q', '-P'])
const CAPTURE = 'captured are headers only, both directions, and analysed as they come'

const capture =
  (flags: ReadonlySet<string>): Reader =>
  (args) => {
    const { all } = optionsOf(args, flags)
    const nics = all('-i').flatMap((value) => value.split(','))
    if (nics.length === 0) return null
    const seconds = all('-a').map((value) => /^duration:(\d+(?:\.\d+)?)$/.exec(value)?.[1])
    const duration = seconds.find((value) => value !== undefined)
    const length = duration === undefined ? null : 1000 * Number(duration)
    const action = { kind: 'capture', nics, durationMs: length } as const
    return { kind: 'step', action, title: `Capture on ${nics.join(', ')}`, durationMs: length ?? 0, notes: [CAPTURE] }
  }

const LOCUST_FLAGS = new Set(['--headless', '--only-summary', '--csv-full-history', '--autostart', '--reset-stats'])

const locust: Reader = (args) => {
  const { text, number } = optionsOf(args, LOCUST_FLAGS)
  const [url, users] = [text('-H', '--host'), number('-u', '--users')]
  if (!url || users === null || !Number.isInteger(users)) return null
  const runTime = text('-t', '--run-time')
  const length = runTime === undefined ? null : (durationMs(runTime) ?? 1000 * Number(runTime)) || null
  const spawnPerS = number('-r', '--spawn-rate') ?? 1
  const action = {
    kind: 'http-load' as const,
    url,
    users,
    spawnPerS,
    durationMs: length,
    file: text('-f', '--locustfile') ?? null,
    ...{ workdir: null, files: [] },
  } satisfies ScenarioAction
  return { kind: 'step', action, title: `HTTP load on ${url}, ${users} users`, durationMs: length ?? 0, notes: [] }
}

const IPERF_FLAGS = new Set(['-R', '-u', '-J', '-V', '-4', '-6', '-Z', '--forceflush', '--get-server-output', '--json'])

const iperf3: Reader = (args) => {
  const { text, number, all } = optionsOf(args, IPERF_FLAGS)
  const server = text('-c', '--client')
  if (!server || all('-u').length > 0) return null
  const length = 1000 * (number('-t', '--time') ?? 10)
  const shape = { port: number('-p', '--port') ?? 5201, parallel: number('-P', '--parallel') ?? 1 }
  const direction = all('-R').length > 0 ? 'download' : 'upload'
  const action = { kind: 'throughput', server, ...shape, durationMs: length, direction } as const
  return { kind: 'step', action, title: `iperf3 to ${server}`, durationMs: length, notes: [] }
}

const needless =
  (why: string): Reader =>
  () => ({ kind: 'needless', why, notes: [] })

const READERS: Record<string, Reader> = {
  'send_cmd.expect': sendCommand,
  'cp_file.expect': copyFile,
  sleep,
  fping,
  ping: iputils,
  tshark: capture(new Set([...CAPTURE_FLAGS].filter((flag) => flag !== '-t'))),
  tcpdump: capture(CAPTURE_FLAGS),
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
