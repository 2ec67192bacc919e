import { type Program, parseSignal } from '../machine/process'
import type { Unit } from '../world/unit'
import type { World } from '../world/world'

/** `systemctl` for the one unit that matters. */
export const systemctl =
  (world: World): Program =>
  async (p) => {
    const args = p.args.slice(1)
    const words: string[] = []
    let signal = 'TERM'
    let quiet = false
    const properties: string[] = []
    let valuesOnly = false
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string
      if (arg === '-s' || arg === '--signal') signal = args[++i] ?? 'TERM'
      else if (arg.startsWith('--signal=')) signal = arg.slice(9)
      else if (/^-s./.test(arg)) signal = arg.slice(2)
      else if (arg === '-p' || arg === '--property') properties.push(...(args[++i] ?? '').split(','))
      else if (arg.startsWith('--property=')) properties.push(...arg.slice(11).split(','))
      else if (arg === '--value') valuesOnly = true
      else if (arg === '-q' || arg === '--quiet') quiet = true
      else if (arg === '--version') words.push('--version')
      else if (!arg.startsWith('-')) words.push(arg)
    }
    const [verb = '', name = ''] = words
    if (verb === '--version') {
      p.write('systemd 252 (252.22-1~deb12u1)\n')
      return 0
    }
    if (verb === 'is-system-running') {
      p.write('running\n')
      return 0
    }
    const unit = world.units.get(p.machine.name)
    if (!unit || name.replace(/\.service$/, '') !== unit.name) {
      if (verb === 'is-active') {
        if (!quiet) p.write('inactive\n')
        return 3
      }
      if (verb === 'is-failed') {
        if (!quiet) p.write('inactive\n')
        return 1
      }
      p.error(
        verb === 'start'
          ? `Failed to start ${name}.service: Unit ${name}.service not found.\n`
          : `Failed to ${verb} ${name}.service: Unit ${name}.service not loaded.\n`,
      )
      return 5
    }
    switch (verb) {
      case 'start':
        await p.within(unit.start())
        return 0
      case 'stop':
        await p.within(unit.stop())
        return 0
      case 'restart':
        await p.within(unit.stop().then(() => unit.start()))
        return 0
      case 'kill':
        unit.process?.kill(parseSignal(signal) ?? 'TERM')
        return 0
      case 'reset-failed':
        if (unit.state === 'failed') unit.state = 'inactive'
        return 0
      case 'is-active':
        if (!quiet) p.write(`${unit.state}\n`)
        return unit.state === 'active' ? 0 : 3
      case 'is-failed':
        if (!quiet) p.write(`${unit.state}\n`)
        return unit.state === 'failed' ? 0 : 1
      case 'is-enabled':
        p.write('enabled\n')
        return 0
      case 'show':
        for (const [key, value] of Object.entries(show(unit))) {
          if (properties.length === 0 || properties.includes(key))
            p.write(valuesOnly ? `${value}\n` : `${key}=${value}\n`)
        }
        return 0
      case 'status':
        p.write(status(unit))
        return unit.state === 'active' ? 0 : 3
      default:
        p.error(`Unknown command verb ${verb}.\n`)
        return 1
    }
  }

const stamp = (ms: number): string =>
  ms === 0
    ? ''
    : `${new Date(ms).toUTCString().slice(0, 3)} ${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const subState = (unit: Unit): string =>
  ({ active: 'running', activating: 'start', deactivating: 'stop-sigterm', inactive: 'dead', failed: 'failed' })[
    unit.state
  ]

function show(unit: Unit): Record<string, string> {
  return {
    Id: `${unit.name}.service`,
    LoadState: 'loaded',
    ActiveState: unit.state,
    SubState: subState(unit),
    Result: unit.result,
    MainPID: String(unit.mainPid),
    NRestarts: '0',
    UnitFileState: 'enabled',
    ActiveEnterTimestamp: stamp(unit.activeSinceMs),
    InactiveEnterTimestamp: stamp(unit.inactiveSinceMs),
  }
}

function status(unit: Unit): string {
  const mark = unit.state === 'active' ? '●' : unit.state === 'failed' ? '×' : '○'
  return `${mark} ${unit.name}.service - ${unit.name} cluster firewall\n     Loaded: loaded (/etc/systemd/system/${unit.name}.service; enabled; preset: enabled)\n     Active: ${unit.state} (${subState(unit)}) since ${stamp(unit.state === 'active' ? unit.activeSinceMs : unit.inactiveSinceMs)}\n${unit.mainPid ? `   Main PID: ${unit.mainPid} (${unit.name})\n` : ''}`
}
