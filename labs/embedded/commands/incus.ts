import { stringify } from 'yaml'
import type { Machine } from '../machine/machine'
import { NotFound, type Process, type Program } from '../machine/process'
import { ProxySink } from '../machine/streams'
import { PROFILES } from '../world/instance-devices'
import type { World } from '../world/world'
import { devicesCommand } from './incus-devices'
import { instanceJson, isInstance } from './incus-state'

const VERSION = '6.0.2'

/** `incus`: exec, list, start, stop, info, version, config. */
export const incus =
  (world: World): Program =>
  async (p) => {
    const args = p.args.slice(1).filter((a) => a !== '-q' && a !== '--debug')
    const [verb = '', ...rest] = args
    switch (verb) {
      case 'exec':
        return exec(world, p, rest)
      case 'list':
      case 'ls':
        return list(world, p, rest)
      case 'version':
      case '--version':
        p.write(verb === 'version' ? `Client version: ${VERSION}\nServer version: ${VERSION}\n` : `${VERSION}\n`)
        return 0
      case 'info':
        return info(world, p, rest)
      case 'start':
      case 'stop':
      case 'restart':
        return power(world, p, verb, rest)
      case 'config':
        return devicesCommand(world, p, rest)
      case 'profile':
        return profile(p, rest)
      case 'network':
        p.write(
          `${JSON.stringify(['incusbr0', 'bpfrx-heartbeat', 'bpfrx-fabric', 'bpfrx-clan'].map((name) => ({ name, type: 'bridge', managed: true, status: 'Created', config: {} })))}\n`,
        )
        return 0
      default:
        p.error(`Error: unknown command "${verb}" for "incus"\n`)
        return 1
    }
  }

/** The named instance; writes the error that incus would. */
export function instanceOf(world: World, p: Process, name: string | undefined): Machine | null {
  const machine = name && isInstance(name) ? world.machines.get(name) : undefined
  if (!machine) p.error('Error: Instance not found\n')
  return machine ?? null
}

async function exec(world: World, p: Process, args: string[]): Promise<number> {
  const env: Record<string, string> = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    USER: 'root',
    LANG: 'C.UTF-8',
  }
  let name: string | undefined
  let cwd = '/root'
  let i = 0
  for (; i < args.length; i++) {
    const arg = args[i] as string
    if (arg === '--') {
      i++
      break
    }
    if (arg === '--env') {
      const [key = '', ...value] = (args[++i] ?? '').split('=')
      env[key] = value.join('=')
    } else if (arg.startsWith('--env=')) {
      const [key = '', ...value] = arg.slice(6).split('=')
      env[key] = value.join('=')
    } else if (arg === '--cwd') cwd = args[++i] ?? cwd
    else if (arg === '--user' || arg === '--group' || arg === '--mode') i++
    else if (!arg.startsWith('-')) {
      if (name === undefined) name = arg
      else break
    }
  }
  const machine = instanceOf(world, p, name)
  if (!machine) return 1
  if (!machine.running) {
    p.error('Error: Instance is not running\n')
    return 1
  }
  await p.sleep(world.random.uniform(2, 6))
  const stdout = new ProxySink(p.io.stdout, () => p.alive)
  const stderr = new ProxySink(p.io.stderr, () => p.alive)
  let child: Process
  try {
    child = p.spawn(args.slice(i), { machine, env, cwd, io: { stdin: p.io.stdin, stdout, stderr } })
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    p.error('Error: Command not found\n')
    return 127
  }
  for (const signal of ['INT', 'TERM', 'HUP', 'QUIT'] as const) p.handlers.set(signal, () => child.kill(signal))
  // The daemon kills what it runs for a client that is gone.
  p.atEnd(() => child.kill('KILL'))
  const code = await p.within(child.exited)
  // A child in the background that holds the output holds `incus exec` as well.
  await p.within(Promise.all([stdout.idle, stderr.idle]))
  return code
}

function list(world: World, p: Process, args: string[]): number {
  const names = args.filter(
    (a, i) => !a.startsWith('-') && !['--format', '-f', '-c', '--columns'].includes(args[i - 1] ?? ''),
  )
  const format =
    args.find((a) => a.startsWith('--format='))?.slice(9) ??
    args[args.findIndex((a) => a === '--format' || a === '-f') + 1]
  const machines = [...world.machines.values()].filter(
    (m) => m.kind !== 'host' && (names.length === 0 || names.some((n) => m.name.startsWith(n.replace(/[$^]/g, '')))),
  )
  machines.sort((a, b) => a.name.localeCompare(b.name))
  const rows = machines.map((m) => instanceJson(m, world.instanceDevices(m.name), world.createdMs))
  if (args.some((a) => a.startsWith('--format') || a === '-f') && format === 'json')
    p.write(`${JSON.stringify(rows)}\n`)
  else if (format === 'csv')
    for (const r of rows) p.write(`${r.name},${r.status.toUpperCase()},,,${r.type.toUpperCase()},0\n`)
  else for (const r of rows) p.write(`| ${r.name.padEnd(20)} | ${r.status.toUpperCase().padEnd(8)} |\n`)
  return 0
}

function profile(p: Process, args: string[]): number {
  if (args[0] !== 'list') {
    p.error(`Error: unknown command "${args[0]}" for "incus profile"\n`)
    return 1
  }
  const rows = Object.entries(PROFILES).map(([name, devices]) => ({ name, description: '', config: {}, devices }))
  if (args.includes('json') || args.includes('--format=json')) p.write(`${JSON.stringify(rows)}\n`)
  else for (const { name } of rows) p.write(`| ${name.padEnd(20)} |\n`)
  return 0
}

function info(world: World, p: Process, args: string[]): number {
  const name = args.find((a) => !a.startsWith('-'))
  if (name === undefined) {
    p.write(
      stringify({
        config: {},
        api_version: '1.0',
        auth: 'trusted',
        environment: {
          driver: 'lxc | qemu',
          kernel_version: '6.1.0-18-amd64',
          server: 'incus',
          server_name: p.machine.name,
          server_version: VERSION,
        },
      }),
    )
    return 0
  }
  const machine = instanceOf(world, p, name)
  if (!machine) return 1
  p.write(
    `Name: ${machine.name}\nStatus: ${machine.running ? 'RUNNING' : 'STOPPED'}\nType: ${machine.kind === 'firewall' ? 'virtual-machine' : 'container'}\nArchitecture: x86_64\n`,
  )
  return 0
}

async function power(world: World, p: Process, verb: 'start' | 'stop' | 'restart', args: string[]): Promise<number> {
  const force = args.includes('--force') || args.includes('-f')
  for (const name of args.filter((a) => !a.startsWith('-'))) {
    const machine = instanceOf(world, p, name)
    if (!machine) return 1
    if (verb !== 'start') {
      if (!machine.running && verb === 'stop') {
        p.error('Error: The instance is already stopped\n')
        return 1
      }
      await p.sleep(world.random.uniform(40, 90))
      await p.within(world.stopInstance(machine, force))
      await p.sleep(world.random.uniform(150, 300))
    }
    if (verb !== 'stop') {
      if (machine.running) {
        p.error('Error: The instance is already running\n')
        return 1
      }
      await p.sleep(world.random.uniform(150, 300))
      world.startInstance(machine)
    }
  }
  return 0
}
