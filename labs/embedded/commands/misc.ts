import type { Program } from '../machine/process'
import { readAll } from '../machine/streams'
import type { World } from '../world/world'

const pad = (n: number, width = 2): string => String(n).padStart(width, '0')
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `date`, UTC, with nanoseconds from the machine's clock. */
export const date: Program = async (p) => {
  let ms = p.now()
  const given = p.args.findIndex((a) => a === '-d' || a === '--date')
  if (given > 0) {
    const text = p.args[given + 1] ?? ''
    ms = text.startsWith('@') ? Number(text.slice(1)) * 1000 : Date.parse(text)
    if (Number.isNaN(ms)) {
      p.error(`date: invalid date ‘${text}’\n`)
      return 1
    }
  }
  const us = Math.round(ms * 1000)
  const d = new Date(Math.floor(us / 1000))
  const values: Record<string, string> = {
    s: String(Math.floor(us / 1e6)),
    N: pad((us % 1e6) * 1000 + Math.floor(Math.random() * 1000), 9),
    Y: String(d.getUTCFullYear()),
    m: pad(d.getUTCMonth() + 1),
    d: pad(d.getUTCDate()),
    H: pad(d.getUTCHours()),
    M: pad(d.getUTCMinutes()),
    S: pad(d.getUTCSeconds()),
    b: months[d.getUTCMonth()] ?? '',
    a: days[d.getUTCDay()] ?? '',
    e: String(d.getUTCDate()).padStart(2),
    z: '+0000',
    Z: 'UTC',
    n: '\n',
    t: '\t',
    '%': '%',
  }
  values.F = `${values.Y}-${values.m}-${values.d}`
  values.T = `${values.H}:${values.M}:${values.S}`
  values['3N'] = (values.N ?? '').slice(0, 3)
  values['6N'] = (values.N ?? '').slice(0, 6)
  const format = p.args.find((a) => a.startsWith('+'))?.slice(1) ?? '%a %b %e %T %Z %Y'
  p.write(`${format.replace(/%([36]?N|[a-zA-Z%])/g, (all, key: string) => values[key] ?? all)}\n`)
  return 0
}

export const uname: Program = async (p) => {
  const release = '6.1.0-18-amd64'
  const version = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)'
  const flags = p.args.slice(1).join('')
  const words = [
    ...(flags === '' || /[sa]/.test(flags) ? ['Linux'] : []),
    ...(/[na]/.test(flags) ? [p.machine.name] : []),
    ...(/[ra]/.test(flags) ? [release] : []),
    ...(/[va]/.test(flags) ? [version] : []),
    ...(/[ma]/.test(flags) ? ['x86_64'] : []),
    ...(/a/.test(flags) ? ['GNU/Linux'] : []),
  ]
  p.write(`${words.join(' ')}\n`)
  return 0
}

/** A program that prints one line. */
export const prints =
  (text: (p: Parameters<Program>[0]) => string): Program =>
  async (p) => {
    p.write(`${text(p)}\n`)
    return 0
  }

/** `id`, of whoever logged in. */
export const idText = ({ args, env }: Parameters<Program>[0]): string => {
  const flags = args.slice(1).join('')
  const user = env.USER ?? 'root'
  const id = user === 'root' ? 0 : 1000
  if (!/[ug]/.test(flags)) return `uid=${id}(${user}) gid=${id}(${user}) groups=${id}(${user})`
  return flags.includes('n') ? user : String(id)
}

/** `cat`, streaming: a file may be fed by a channel that stays open. */
export const cat: Program = async (p) => {
  const files = p.args.slice(1).filter((a) => !/^-[a-zA-Z]/.test(a))
  let code = 0
  for (const file of files.length > 0 ? files : ['-']) {
    if (file === '-') {
      for (let piece = await p.within(p.io.stdin.read()); piece !== null; piece = await p.within(p.io.stdin.read()))
        p.write(piece)
      continue
    }
    const path = p.machine.fs.resolvePath(p.cwd, file)
    const stat = await p.machine.fs.stat(path).catch(() => null)
    if (!stat || stat.isDirectory) {
      p.error(`cat: ${file}: ${stat ? 'Is a directory' : 'No such file or directory'}\n`)
      code = 1
    } else p.write(await p.machine.fs.readFile(path))
  }
  return code
}

/** `tee FILE`. */
export const tee: Program = async (p) => {
  const file = p.args.slice(1).find((a) => !a.startsWith('-'))
  const text = await p.within(readAll(p.io.stdin))
  if (file) await p.machine.fs.writeFile(p.machine.fs.resolvePath(p.cwd, file), text)
  p.write(text)
  return 0
}

/** `ss -Htn`: established TCP sockets of the simulated iperf3 clients. */
export const ss =
  (world: World): Program =>
  async (p) => {
    const flags = p.args.slice(1).join('')
    if (!flags.includes('H')) p.write('State Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n')
    const own = new Set(p.machine.devices.flatMap((d) => d.addresses.map((a) => a.split('/')[0])))
    const seen = new Set<string>()
    for (const node of [0, 1] as const) {
      for (const { flow, nat } of world.sessions.list(node)) {
        if (flow.protocol !== 'tcp') continue
        const outside = nat ? `${nat.address}:${nat.port}` : `${flow.source}:${flow.sourcePort}`
        const pair = own.has(flow.source)
          ? [`${flow.source}:${flow.sourcePort}`, `${flow.destination}:${flow.destinationPort}`]
          : own.has(flow.destination)
            ? [`${flow.destination}:${flow.destinationPort}`, outside]
            : null
        if (!pair || seen.has(pair.join())) continue
        seen.add(pair.join())
        p.write(`ESTAB 0      0      ${pair[0]?.padStart(19)} ${pair[1]?.padStart(19)}\n`)
      }
    }
    return 0
  }

/** A world whose switches can be turned. */
export type Switched = {
  switches: { has(name: string): boolean }
  switchStates(): Record<string, boolean>
  setSwitch(name: string, on: boolean): void
}

/** `failover-lab-world set NAME on|off`, `state NAME` (exit 0: on, 1: off), `list`: the lab file's switches end here. */
export const worldCommand =
  (world: Switched, isSwitch: (name: string) => boolean): Program =>
  async (p) => {
    const [verb, name = '', state] = p.args.slice(1)
    if (verb === 'list') {
      for (const [key, on] of Object.entries(world.switchStates())) p.write(`${key} ${on ? 'on' : 'off'}\n`)
      return 0
    }
    if (verb === 'state' && isSwitch(name)) {
      const on = world.switches.has(name)
      p.write(`${on ? 'on' : 'off'}\n`)
      return on ? 0 : 1
    }
    if (verb !== 'set' || !isSwitch(name) || (state !== 'on' && state !== 'off')) {
      p.error('usage: failover-lab-world set SWITCH on|off | state SWITCH | list\n')
      return 2
    }
    world.setSwitch(name, state === 'on')
    return 0
  }
