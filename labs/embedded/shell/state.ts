import type { CommandNode } from 'just-bash'
import type { Process } from '../machine/process'

type FunctionBody = Extract<CommandNode, { type: 'FunctionDef' }>['body']

/** What a shell knows: variables, positional parameters, functions, traps, options. */
export class ShellState {
  readonly vars = new Map<string, string>()
  readonly exported = new Set<string>()
  readonly functions = new Map<string, FunctionBody>()
  readonly traps = new Map<string, string>()
  options = { e: false, u: false, x: false }
  params: string[] = []
  status = 0
  lastBackground: Process | null = null
  background: Process[] = []

  constructor(
    readonly process: Process,
    readonly name: string,
    readonly shellPid: number = process.pid,
  ) {
    for (const [key, value] of Object.entries(process.env)) {
      this.vars.set(key, value)
      this.exported.add(key)
    }
  }

  get machine() {
    return this.process.machine
  }

  get(name: string): string | undefined {
    if (/^\d+$/.test(name)) return name === '0' ? this.name : this.params[Number(name) - 1]
    switch (name) {
      case '?':
        return String(this.status)
      case '#':
        return String(this.params.length)
      case '$':
        return String(this.shellPid)
      case '!':
        return this.lastBackground ? String(this.lastBackground.pid) : ''
      case '@':
      case '*':
        return this.params.join(' ')
      case '-':
        return Object.entries(this.options)
          .filter(([, on]) => on)
          .map(([flag]) => flag)
          .join('')
      default:
        return this.vars.get(name)
    }
  }

  /** What a child gets. */
  environment(): Record<string, string> {
    return Object.fromEntries(
      [...this.exported].flatMap((name) => (this.vars.has(name) ? [[name, this.vars.get(name) ?? '']] : [])),
    )
  }

  /** Takes over everything but the process, as a forked shell does. */
  inherit(from: ShellState): void {
    for (const [name, value] of from.vars) this.vars.set(name, value)
    for (const name of from.exported) this.exported.add(name)
    for (const [name, value] of from.functions) this.functions.set(name, value)
    this.params = [...from.params]
    this.options = { ...from.options }
    this.status = from.status
  }
}
