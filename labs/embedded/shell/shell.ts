import type { CommandNode, PipelineNode, ScriptNode, SimpleCommandNode, StatementNode } from 'just-bash'
import { parse } from 'just-bash'
import { type Io, NotFound, type Process } from '../machine/process'
import { Collector, nullSource, Pipe } from '../machine/streams'
import { type Builtin, builtins } from './builtins'
import { runCompound } from './compound'
import { Break, Exit, Return } from './control-flow'
import { expandOne, expandWords } from './expand'
import { RedirectionFailed, redirect } from './redirect'
import { ShellState } from './state'

type FunctionBody = Extract<CommandNode, { type: 'FunctionDef' }>['body']

/** A POSIX shell that runs over the AST of just-bash, but as real processes: streaming, `&`, `$!`, signals. */
export class Shell extends ShellState {
  /** A condition is being evaluated: `set -e` does not apply. */
  private guarded = 0

  /** An error that ends the shell, as dash does it: "sh: 1: message", status 2. */
  fatal(message: string): Exit {
    this.process.error(`${this.name}: 1: ${message}\n`)
    return new Exit(2)
  }

  /** Runs a script to its end and gives its exit status. */
  async runScript(text: string, io: Io): Promise<number> {
    try {
      let script: ScriptNode
      try {
        script = parse(text)
      } catch (error) {
        io.stderr.write(`${this.name}: 1: Syntax error: ${error instanceof Error ? error.message : String(error)}\n`)
        return 2
      }
      await this.list(script.statements, io)
    } catch (error) {
      if (error instanceof Exit) this.status = error.code
      else if (!(error instanceof Return || error instanceof Break)) throw error
    }
    const atExit = this.traps.get('EXIT')
    if (atExit) {
      this.traps.delete('EXIT')
      const status = this.status
      await this.runScript(atExit, io)
      this.status = status
    }
    return this.status
  }

  async list(statements: readonly StatementNode[], io: Io): Promise<void> {
    for (const statement of statements) {
      if (statement.deferredError) throw this.fatal(`Syntax error: ${statement.deferredError.message}`)
      if (statement.background) this.startBackground(statement, io)
      else await this.andOr(statement, io)
    }
  }

  /** Runs `test` as a condition. */
  async condition(statements: readonly StatementNode[], io: Io): Promise<boolean> {
    this.guarded++
    try {
      await this.list(statements, io)
    } finally {
      this.guarded--
    }
    return this.status === 0
  }

  private async andOr(statement: StatementNode, io: Io): Promise<void> {
    for (const [index, pipeline] of statement.pipelines.entries()) {
      const operator = index === 0 ? ';' : (statement.operators[index - 1] ?? ';')
      if ((operator === '&&' && this.status !== 0) || (operator === '||' && this.status === 0)) continue
      const last = index === statement.pipelines.length - 1
      if (!last || pipeline.negated) this.guarded++
      try {
        await this.pipeline(pipeline, io)
      } finally {
        if (!last || pipeline.negated) this.guarded--
      }
      if (last && this.status !== 0 && this.options.e && this.guarded === 0 && !pipeline.negated)
        throw new Exit(this.status)
    }
  }

  private startBackground(statement: StatementNode, io: Io): void {
    const quiet = { ...io, stdin: nullSource }
    const child = this.subshell(async (shell, own) => {
      const simple = onlySimple(statement)
      if (simple) await shell.simple(simple, own, true)
      else await shell.andOr({ ...statement, background: false }, own)
    }, quiet)
    this.lastBackground = child
    this.background.push(child)
    this.status = 0
  }

  private async pipeline(pipeline: PipelineNode, io: Io): Promise<void> {
    if (pipeline.commands.length === 1) {
      await this.command(pipeline.commands[0] as CommandNode, io)
    } else {
      let stdin = io.stdin
      const children: Process[] = []
      for (const [index, command] of pipeline.commands.entries()) {
        const out = index < pipeline.commands.length - 1 ? new Pipe() : null
        const own: Io = { stdin, stdout: out ?? io.stdout, stderr: io.stderr }
        children.push(this.subshell((shell, ioOfChild) => shell.command(command, ioOfChild), own))
        if (out) stdin = out
      }
      const codes = await this.process.within(Promise.all(children.map((c) => c.exited)))
      this.status = codes.at(-1) ?? 0
    }
    if (pipeline.negated) this.status = this.status === 0 ? 1 : 0
  }

  /** A forked copy of this shell in a process of its own. */
  subshell(body: (shell: Shell, io: Io) => Promise<void>, io: Io): Process {
    return this.process.fork(
      this.process.args,
      async (child) => {
        const shell = new Shell(child, this.name, this.shellPid)
        shell.inherit(this)
        try {
          await body(shell, child.io)
        } catch (error) {
          if (error instanceof Exit) shell.status = error.code
          else if (!(error instanceof Return || error instanceof Break)) throw error
        }
        return shell.status
      },
      { io, env: this.environment() },
    )
  }

  async substitute(script: ScriptNode): Promise<string> {
    const collector = new Collector()
    const child = this.subshell((shell, io) => shell.list(script.statements, io), {
      ...this.process.io,
      stdin: nullSource,
      stdout: collector,
    })
    this.status = await this.process.within(child.exited)
    return collector.text.replace(/\n+$/, '')
  }

  async command(node: CommandNode, io: Io): Promise<void> {
    if (node.type === 'SimpleCommand') return this.simple(node, io, false)
    if (node.type === 'FunctionDef') {
      this.functions.set(node.name, node.body)
      this.status = 0
      return
    }
    let own: Io
    try {
      own = await redirect(this, io, node.redirections)
    } catch (error) {
      return this.redirectionFailed(error, io)
    }
    await runCompound(this, node, own)
    await own.stdout.flush()
  }

  private redirectionFailed(error: unknown, io: Io): void {
    if (!(error instanceof RedirectionFailed)) throw error
    io.stderr.write(`${this.name}: 1: ${error.message}\n`)
    this.status = 2
  }

  /** Runs a simple command; with `replace` an external program takes over this shell's process (`exec`). */
  async simple(node: SimpleCommandNode, io: Io, replace: boolean): Promise<void> {
    const statusBefore = this.status
    const args = node.name ? await expandWords(this, [node.name, ...node.args]) : []
    const assigned: [string, string][] = []
    for (const assignment of node.assignments) {
      if (args.length === 0 && !assignment.value) this.status = 0
      assigned.push([assignment.name, assignment.value ? await expandOne(this, assignment.value) : ''])
    }
    let own: Io
    try {
      own = await redirect(this, io, node.redirections)
    } catch (error) {
      return this.redirectionFailed(error, io)
    }
    const name = args[0]
    if (name === undefined) {
      for (const [key, value] of assigned) this.vars.set(key, value)
      if (!node.assignments.some((a) => a.value?.parts.some(hasSubstitution))) this.status = 0
      return
    }
    const builtin: Builtin | undefined = builtins[name]
    const body = this.functions.get(name)
    if (body || builtin) {
      for (const [key, value] of assigned) this.vars.set(key, value)
      this.status = body ? await this.call(body, args, own) : await (builtin as Builtin)(this, args, own, statusBefore)
      await own.stdout.flush()
      return
    }
    await this.external(args, { ...this.environment(), ...Object.fromEntries(assigned) }, own, replace)
  }

  private async call(body: FunctionBody, args: string[], io: Io): Promise<number> {
    const before = this.params
    this.params = args.slice(1)
    try {
      await this.command(body, io)
    } catch (error) {
      if (!(error instanceof Return)) throw error
      this.status = error.code
    } finally {
      this.params = before
    }
    return this.status
  }

  async external(args: string[], env: Record<string, string>, io: Io, replace: boolean): Promise<void> {
    try {
      if (replace) {
        this.process.env = env
        rebind(this.process, io)
        this.status = await this.process.exec(args)
        return
      }
      const child = this.process.spawn(args, { io, env })
      this.status = await this.process.within(child.exited)
      await io.stdout.flush()
      await io.stderr.flush()
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
      io.stderr.write(`${this.name}: 1: ${error.program}: not found\n`)
      this.status = 127
    }
  }
}

/** Gives the process other streams, keeping the count of holders right. */
export function rebind(process: Process, io: Io): void {
  io.stdout.retain()
  io.stderr.retain()
  process.io.stdout.release()
  process.io.stderr.release()
  process.io = io
}

const hasSubstitution = (part: { type: string; parts?: unknown }): boolean =>
  part.type === 'CommandSubstitution' ||
  (part.type === 'DoubleQuoted' && (part.parts as { type: string }[]).some(hasSubstitution))

/** The simple command of a statement that is nothing else. */
export function onlySimple(statement: StatementNode): SimpleCommandNode | null {
  const [pipeline] = statement.pipelines
  const [command] = pipeline?.commands ?? []
  if (statement.pipelines.length !== 1 || !pipeline || pipeline.commands.length !== 1 || pipeline.negated) return null
  return command?.type === 'SimpleCommand' ? command : null
}
