import type { Machine } from '../machine/machine'
import { type Process, type Program, parseSignal, type Signal } from '../machine/process'

/** Whose processes these tools see. */
type Machines = { readonly machines: ReadonlyMap<string, Machine> }

/** The host sees the processes of its instances as well, an instance only its own. */
function visible(world: Machines, machine: Machine): Process[] {
  const machines = machine.kind === 'host' ? [...world.machines.values()] : [machine]
  return machines.flatMap((m) => [...m.processes.values()]).sort((a, b) => a.pid - b.pid)
}

/** `pgrep` and `pkill`: patterns as regular expressions, with -f over the whole command line. */
export const pgrep =
  (world: Machines, kills: boolean): Program =>
  async (p) => {
    const tool = kills ? 'pkill' : 'pgrep'
    let signal: Signal = 'TERM'
    let full = false
    let exact = false
    let list = ''
    let pattern: string | null = null
    const args = p.args.slice(1)
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string
      if (arg === '--version' || arg === '-V') {
        p.write(`${tool} from procps-ng 4.0.2\n`)
        return 0
      }
      if (arg === '--signal') signal = parseSignal(args[++i] ?? '') ?? signal
      else if (arg === '-P' || arg === '-u' || arg === '-g' || arg === '-s' || arg === '-t' || arg === '-d') i++
      else if (arg === '--') continue
      else if (arg.startsWith('-') && pattern === null) {
        const named = parseSignal(arg.slice(1))
        if (named && kills) signal = named
        else {
          full ||= arg.includes('f')
          exact ||= arg.includes('x')
          list += arg
        }
      } else pattern = arg
    }
    if (pattern === null) {
      p.error(`${tool}: no matching criteria specified\nTry \`${tool} --help' for more information.\n`)
      return 2
    }
    let regExp: RegExp
    try {
      regExp = new RegExp(exact ? `^(?:${pattern})$` : pattern)
    } catch {
      p.error(`${tool}: regex error\n`)
      return 2
    }
    const name = (q: Process): string => (q.args[0] ?? '').split('/').at(-1)?.slice(0, 15) ?? ''
    const found = visible(world, p.machine).filter((q) => q !== p && regExp.test(full ? q.args.join(' ') : name(q)))
    for (const q of found) {
      if (kills) q.kill(signal)
      else
        p.write(
          list.includes('a')
            ? `${q.pid} ${q.args.join(' ')}\n`
            : list.includes('l')
              ? `${q.pid} ${name(q)}\n`
              : list.includes('c')
                ? ''
                : `${q.pid}\n`,
        )
    }
    if (list.includes('c')) p.write(`${found.length}\n`)
    return found.length > 0 ? 0 : 1
  }

/** `kill [-SIG] PID…`. */
export const kill =
  (world: Machines): Program =>
  async (p) => {
    const args = p.args.slice(1)
    let signal: Signal | 0 = 'TERM'
    const pids: string[] = []
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string
      if (arg === '-s') signal = readSignal(args[++i] ?? '')
      else if (arg.startsWith('-') && i === 0 && arg !== '--') signal = readSignal(arg.slice(1))
      else if (arg !== '--') pids.push(arg)
    }
    let code = 0
    for (const text of pids) {
      const pid = Math.abs(Number(text))
      const target = visible(world, p.machine).find((q) => q.pid === pid)
      if (!target || !Number.isInteger(pid)) {
        p.error(Number.isInteger(pid) ? `kill: (${text}) - No such process\n` : `kill: Illegal number: ${text}\n`)
        code = 1
      } else if (signal !== 0) {
        // A negative number names the group: the process and what it started.
        if (text.startsWith('-')) for (const q of visible(world, p.machine)) if (isBelow(q, target)) q.kill(signal)
        target.kill(signal)
      }
    }
    return code
  }

const readSignal = (text: string): Signal | 0 => (text === '0' ? 0 : (parseSignal(text) ?? 'TERM'))

function isBelow(process: Process, above: Process): boolean {
  for (let at = process.parent; at; at = at.parent) if (at === above) return true
  return false
}

const clock = (ms: number): string => {
  const s = Math.floor(ms / 1000)
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0')).join(':')
}

type Column = { head: string; left: boolean; value: (q: Process) => string }
const columns: Record<string, Column> = {
  pid: { head: 'PID', left: false, value: (q) => String(q.pid) },
  ppid: { head: 'PPID', left: false, value: (q) => String(q.parent?.alive ? q.parent.pid : 1) },
  user: { head: 'USER', left: true, value: () => 'root' },
  stat: { head: 'STAT', left: true, value: () => 'S' },
  comm: { head: 'COMMAND', left: true, value: (q) => (q.args[0] ?? '').split('/').at(-1) ?? '' },
  etimes: { head: 'ELAPSED', left: false, value: (q) => String(Math.floor((q.now() - q.startedAtMs) / 1000)) },
  etime: { head: 'ELAPSED', left: false, value: (q) => clock(q.now() - q.startedAtMs) },
  args: { head: 'COMMAND', left: true, value: (q) => q.args.join(' ') },
}
columns.cmd = { ...columns.args, head: 'CMD' } as Column
columns.command = columns.args as Column

/** `ps [-eo COLUMNS] [-p PID]`. */
export const ps =
  (world: Machines): Program =>
  async (p) => {
    const args = p.args.slice(1)
    const format = args.findIndex((a) => /^-?\w*o$/.test(a))
    const specs = (format >= 0 ? (args[format + 1] ?? '') : 'pid,ppid,etime,args').split(',')
    const pidAt = args.indexOf('-p')
    const pids = pidAt >= 0 ? (args[pidAt + 1] ?? '').split(',').map(Number) : null
    const rows = visible(world, p.machine).filter((q) => pids === null || pids.includes(q.pid))
    const chosen = specs.map((s) => ({
      ...(columns[s.replace(/=.*/, '')] ?? (columns.args as Column)),
      ...(s.includes('=') ? { head: s.split('=')[1] ?? '' } : {}),
    }))
    const widths = chosen.map((c) =>
      Math.max(c.head.length, ...rows.map((q) => (c === chosen.at(-1) ? 0 : c.value(q).length))),
    )
    const line = (cells: string[]): string =>
      `${cells.map((cell, i) => (chosen[i]?.left ? (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)) : cell.padStart(widths[i] ?? 0))).join(' ')}\n`
    if (chosen.some((c) => c.head !== '')) p.write(line(chosen.map((c) => c.head)))
    for (const q of rows) p.write(line(chosen.map((c) => c.value(q))))
    return rows.length > 0 ? 0 : 1
  }
