import { NotFound, type Process, type Program, parseSignal, type Signal } from '../machine/process'
import { nullSink, nullSource } from '../machine/streams'

const notFound = (p: Process, tool: string, verb: string, name: string): number => {
  p.error(`${tool}: ${verb}‘${name}’: No such file or directory\n`)
  return 127
}

const FORWARDED: readonly Signal[] = ['INT', 'TERM', 'HUP', 'QUIT']

/** "60", "1.5m" as ms. */
function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text)
  if (!match) return Number.NaN
  return Number(match[1]) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1) * 1000
}

/** A program that also knows `--version`. */
export const versioned =
  (version: string, program: Program): Program =>
  async (p) => {
    if (p.args[1] !== '--version') return program(p)
    p.write(`${version}\n`)
    return 0
  }

/** GNU `timeout`: runs a child, signals it when the time is up, passes on the signals it gets. */
export const timeout: Program = async (p) => {
  const args = p.args.slice(1)
  let signal: Signal = 'TERM'
  let killAfterMs = 0
  let preserve = false
  while (args[0]?.startsWith('-')) {
    const flag = args.shift() as string
    if (flag === '-s' || flag === '--signal') signal = parseSignal(args.shift() ?? '') ?? 'TERM'
    else if (flag.startsWith('--signal=')) signal = parseSignal(flag.slice(9)) ?? 'TERM'
    else if (/^-s./.test(flag)) signal = parseSignal(flag.slice(2)) ?? 'TERM'
    else if (flag === '-k' || flag === '--kill-after') killAfterMs = durationMs(args.shift() ?? '')
    else if (flag.startsWith('--kill-after=')) killAfterMs = durationMs(flag.slice(13))
    else if (flag === '--preserve-status') preserve = true
    else if (flag === '--') break
  }
  const limitMs = durationMs(args.shift() ?? '')
  if (Number.isNaN(limitMs) || args.length === 0) {
    p.error("timeout: missing operand\nTry 'timeout --help' for more information.\n")
    return 125
  }
  let child: Process
  try {
    child = p.spawn(args)
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return notFound(p, 'timeout', 'failed to run command ', error.program)
  }
  for (const name of FORWARDED) p.handlers.set(name, () => child.kill(name))
  let expired = false
  if (limitMs > 0) {
    const expire = async () => {
      await p.sleep(limitMs)
      expired = true
      child.kill(signal)
      if (killAfterMs > 0) {
        await p.sleep(killAfterMs)
        child.kill('KILL')
      }
    }
    expire().catch(() => {})
  }
  const code = await p.within(child.exited)
  return expired && !preserve ? (signal === 'KILL' ? 137 : 124) : code
}

/** `env [-i] [-u NAME] [NAME=VALUE…] [command…]`: becomes the command. */
export const env: Program = async (p) => {
  const args = p.args.slice(1)
  while (args[0]?.startsWith('-')) {
    const flag = args.shift()
    if (flag === '-i') p.env = {}
    if (flag === '-u') delete p.env[args.shift() ?? '']
    if (flag === '--') break
  }
  while (args[0] && /^[A-Za-z_]\w*=/.test(args[0])) {
    const [name = '', ...value] = (args.shift() as string).split('=')
    p.env = { ...p.env, [name]: value.join('=') }
  }
  if (args.length === 0) {
    for (const [name, value] of Object.entries(p.env)) p.write(`${name}=${value}\n`)
    return 0
  }
  return become(p, args, 'env')
}

async function become(p: Process, args: string[], tool: string): Promise<number> {
  try {
    return await p.exec(args)
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return notFound(p, tool, tool === 'env' ? '' : 'failed to execute ', error.program)
  }
}

/** `nohup`, `nice`, `sudo` and friends: become the command. */
export const becomes =
  (tool: string, withValue: readonly string[] = []): Program =>
  async (p) => {
    const args = withoutFlags(p.args.slice(1), withValue)
    if (args.length === 0) {
      p.error(`${tool}: no command specified\n`)
      return 1
    }
    if (tool === 'nohup') p.ignored.add('HUP')
    return become(p, args, tool)
  }

function withoutFlags(given: readonly string[], withValue: readonly string[]): string[] {
  const args = [...given]
  while (args[0]?.startsWith('-')) {
    const flag = args.shift() as string
    if (flag === '--') break
    if (withValue.includes(flag)) args.shift()
  }
  return args
}

/** `setsid [-f] [-w] command…`: a session of its own; with -f it is started and left alone. */
export const setsid: Program = async (p) => {
  const args = withoutFlags(p.args.slice(1), [])
  const flags = p.args.slice(1, p.args.length - args.length)
  if (!flags.some((f) => f === '-f' || f === '--fork')) {
    p.session = p.pid
    return become(p, args, 'setsid')
  }
  return detached(p, args, 'setsid', {})
}

/** Starts a process that has no parent here any more. */
function detached(p: Process, args: string[], tool: string, overrides: Parameters<Process['spawn']>[1]): number {
  try {
    const child = p.spawn(args, overrides)
    child.session = child.pid
    child.orphan()
    return 0
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return notFound(p, tool, 'failed to execute ', error.program)
  }
}

/** `systemd-run [--quiet] [--unit=N] [--on-active=S] command…`: a transient service, detached from everything. */
export const systemdRun: Program = async (p) => {
  const args = withoutFlags(p.args.slice(1), ['--unit', '-u', '--property', '-p', '--setenv', '-E', '--on-active'])
  const flags = p.args.slice(1, p.args.length - args.length)
  const value = (name: string): string | undefined =>
    flags.find((f) => f.startsWith(`${name}=`))?.slice(name.length + 1)
  const environment: Record<string, string> = { PATH: p.env.PATH ?? '' }
  for (const flag of flags.filter((f) => f.startsWith('--setenv='))) {
    const [name = '', ...rest] = flag.slice(9).split('=')
    environment[name] = rest.join('=')
  }
  const unit = value('--unit') ?? `run-r${p.pid.toString(16).padStart(8, '0')}`
  if (!flags.some((f) => f === '--quiet' || f === '-q')) p.error(`Running as unit: ${unit}.service\n`)
  const delayS = value('--on-active')
  const command = delayS ? ['sh', '-c', 'sleep "$1"; shift; exec "$@"', 'sh', delayS.replace(/s$/, ''), ...args] : args
  const io = { stdin: nullSource, stdout: nullSink, stderr: nullSink }
  return detached(p, command, 'systemd-run', { env: environment, cwd: '/', io })
}

/** `sg GROUP -c COMMAND`. */
export const sg: Program = async (p) => {
  const at = p.args.indexOf('-c')
  return p.exec(['sh', '-c', at > 0 ? (p.args[at + 1] ?? '') : p.args.slice(2).join(' ')])
}

/** `sleep N`, in real time. */
export const sleep: Program = async (p) => {
  const total = p.args.slice(1).reduce((sum, a) => sum + durationMs(a), 0)
  if (Number.isNaN(total)) {
    p.error(`sleep: invalid time interval ‘${p.args[1]}’\n`)
    return 1
  }
  await p.sleep(total)
  return 0
}
