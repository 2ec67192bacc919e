import type { JournalEntry } from '../machine/machine'
import type { Program } from '../machine/process'

type Format = 'short' | 'short-unix' | 'short-iso-precise' | 'short-precise' | 'json' | 'cat'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const pad = (n: number, width = 2): string => String(n).padStart(width, '0')

function line(entry: JournalEntry, host: string, format: Format): string {
  const us = Math.round(entry.atMs * 1000)
  const d = new Date(Math.floor(us / 1000))
  const who = `${entry.ident}[${entry.pid}]: ${entry.message}`
  const time = `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`
  const fraction = pad(us % 1e6, 6)
  switch (format) {
    case 'cat':
      return entry.message
    case 'json':
      return JSON.stringify({
        __CURSOR: `s=embedded;i=${us.toString(16)}`,
        __REALTIME_TIMESTAMP: String(us),
        __MONOTONIC_TIMESTAMP: String(us % 1e12),
        _HOSTNAME: host,
        PRIORITY: String(entry.priority),
        SYSLOG_IDENTIFIER: entry.ident,
        _SYSTEMD_UNIT: `${entry.unit}.service`,
        _PID: String(entry.pid),
        MESSAGE: entry.message,
      })
    case 'short-unix':
      return `${Math.floor(us / 1e6)}.${fraction} ${host} ${who}`
    case 'short-iso-precise':
      return `${d.toISOString().slice(0, 19)}.${fraction}+0000 ${host} ${who}`
    case 'short-precise':
      return `${months[d.getUTCMonth()]} ${pad(d.getUTCDate())} ${time}.${fraction} ${host} ${who}`
    default:
      return `${months[d.getUTCMonth()]} ${pad(d.getUTCDate())} ${time} ${host} ${who}`
  }
}

/** "@1732093443.5", "-5min", "2026-11-20 09:00:00" as epoch ms. */
function parseTime(text: string, nowMs: number): number {
  if (text.startsWith('@')) return Number(text.slice(1)) * 1000
  const relative = /^-(\d+)\s*(s|min|m|h)/.exec(text)
  if (relative) return nowMs - Number(relative[1]) * ({ s: 1, min: 60, m: 60, h: 3600 }[relative[2] ?? 's'] ?? 1) * 1000
  return text === 'now' ? nowMs : Date.parse(`${text.replace(' ', 'T')}Z`)
}

/** `journalctl -u UNIT -o FORMAT --since T --until T [-f] [-n N] --no-pager`. */
export const journalctl: Program = async (p) => {
  const args = p.args.slice(1)
  let format: Format = 'short'
  let unit: string | null = null
  let sinceMs = 0
  let untilMs = Number.POSITIVE_INFINITY
  let follow = false
  let last: number | null = null
  const take = (i: number): [string, number] => {
    const arg = args[i] as string
    return arg.includes('=') ? [arg.slice(arg.indexOf('=') + 1), i] : [args[i + 1] ?? '', i + 1]
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    let value = ''
    if (arg === '--version') {
      p.write('systemd 252 (252.22-1~deb12u1)\n')
      return 0
    }
    if (/^(-u|--unit)/.test(arg)) {
      ;[value, i] = take(i)
      unit = value.replace(/\.service$/, '')
    } else if (/^(-o|--output)/.test(arg)) {
      ;[value, i] = take(i)
      format = value as Format
    } else if (/^(-S|--since)/.test(arg)) {
      ;[value, i] = take(i)
      sinceMs = parseTime(value, p.now())
    } else if (/^(-U|--until)/.test(arg)) {
      ;[value, i] = take(i)
      untilMs = parseTime(value, p.now())
    } else if (/^(-n|--lines)/.test(arg)) {
      ;[value, i] = take(i)
      last = Number(value)
    } else if (arg === '-f' || arg === '--follow') follow = true
  }
  const wanted = (e: JournalEntry): boolean =>
    (unit === null || e.unit === unit) && e.atMs >= sinceMs && e.atMs <= untilMs
  let entries = p.machine.journal.filter(wanted)
  if (last !== null || follow) entries = entries.slice(-(last ?? 10) || entries.length)
  for (const entry of entries) p.write(`${line(entry, p.machine.name, format)}\n`)
  if (entries.length === 0 && !follow) p.write('-- No entries --\n')
  if (!follow) return 0
  const listener = (entry: JournalEntry) => wanted(entry) && p.write(`${line(entry, p.machine.name, format)}\n`)
  p.machine.journalListeners.add(listener)
  p.atEnd(() => p.machine.journalListeners.delete(listener))
  return p.within(new Promise<number>(() => {}))
}
