import type { Process, Program } from '../machine/process'
import { utility } from '../shell/utilities'

/** just-bash's own tool of that name, for what is not done here. */
const plain = async (name: string, p: Process): Promise<number> => (await utility(name)?.(p)) ?? 127

/** `stat -c FORMAT FILE…` with %n, %s, %Y, %F; anything else as just-bash does it. */
export const stat: Program = async (p) => {
  const at = p.args.findIndex((arg) => arg === '-c' || arg.startsWith('--format='))
  if (at < 0) return plain('stat', p)
  const flag = p.args[at] ?? ''
  const format = flag === '-c' ? (p.args[at + 1] ?? '') : flag.slice('--format='.length)
  const files = p.args.slice(at + (flag === '-c' ? 2 : 1)).filter((arg) => !arg.startsWith('-'))
  let code = 0
  for (const file of files) {
    const found = await p.machine.fs.stat(p.machine.fs.resolvePath(p.cwd, file)).catch(() => null)
    if (!found) {
      p.error(`stat: cannot statx '${file}': No such file or directory\n`)
      code = 1
      continue
    }
    const changedMs = found.mtime.getTime() + p.machine.clockOffsetMs
    const values: Record<string, string> = {
      ...{ n: file, s: String(found.size), Y: String(Math.floor(changedMs / 1000)) },
      F: found.isDirectory ? 'directory' : 'regular file',
    }
    p.write(`${format.replace(/%([nsYF])/g, (_, key: string) => values[key] ?? '')}\n`)
  }
  return code
}

const FOLLOW_EVERY_MS = 50

/** `tail`; with -f or -F it goes on until it is ended, or the process of --pid is gone. */
export const tail: Program = async (p) => {
  const args = p.args.slice(1)
  if (!args.some((arg) => /^-[fF]$|^--follow/.test(arg))) return plain('tail', p)
  const optionOf = (flag: string): string | undefined => {
    const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`))
    return args[at]?.split('=')[1] ?? (at < 0 ? undefined : args[at + 1])
  }
  const file = args.at(-1) ?? ''
  const pid = Number(optionOf('--pid') ?? 0)
  const isWanted = () => pid === 0 || p.machine.processes.has(pid)
  const path = p.machine.fs.resolvePath(p.cwd, file)
  let shown: number | null = null
  for (let isLast = false; ; isLast = !isWanted()) {
    const text = await p.within(p.machine.fs.readFile(path).catch(() => null))
    if (text === null && shown === null && !args.includes('-F')) {
      p.error(`tail: cannot open '${file}' for reading: No such file or directory\n`)
      return 1
    }
    if (text !== null && text.length !== shown) {
      // A file that was cut is a new one.
      p.write(text.slice(shown === null ? beginOf(text, optionOf('-n') ?? '10') : text.length < shown ? 0 : shown))
      shown = text.length
    }
    if (isLast) return 0
    await p.sleep(FOLLOW_EVERY_MS)
  }
}

/** `mktemp [-d]`. */
export const mktemp: Program = async (p) => {
  const path = `/tmp/tmp.${p.pid.toString(36).padStart(10, 'x')}`
  if (p.args.includes('-d')) await p.machine.fs.mkdir(path, { recursive: true })
  else await p.machine.fs.writeFile(path, '')
  p.write(`${path}\n`)
  return 0
}

/** Where the last n lines begin, or with "+n" line n. */
function beginOf(text: string, lines: string): number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map((m) => m.index + 1)].filter((at) => at < text.length)
  const n = Math.abs(Number(lines)) || 0
  if (lines.startsWith('+')) return starts[Math.max(0, n - 1)] ?? text.length
  return n === 0 ? text.length : (starts[Math.max(0, starts.length - n)] ?? text.length)
}
