import { parse } from 'just-bash'
import type { Machine } from '../machine/machine'
import { Killed, Process } from '../machine/process'
import { nullSource, type Sink } from '../machine/streams'
import { Break, Exit, Return } from '../shell/control-flow'
import { Shell } from '../shell/shell'
import { isComplete } from './line-complete'

type Terminal = { print(text: string): void; loggedOut(): void }

const PROMPT = '\x1b[?2004hroot@wanulator:~# '
const MORE = '> '
const ERASE = '\b \b'
const ENV = { HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/bash', TERM: 'vt220' }

/** A login shell on a terminal: it edits a line, echoes it, runs it, and asks for the next one. */
export class ConsoleShell {
  private readonly process: Process
  private readonly shell: Shell
  private line = ''
  /** Lines of a command that is not complete yet. */
  private pending = ''
  private running: Process | null = null
  /** Typed while a command runs. */
  private ahead = ''

  constructor(
    machine: Machine,
    private readonly terminal: Terminal,
  ) {
    const out: Sink = {
      write: (text) => terminal.print(text.replaceAll('\n', '\r\n')),
      retain() {},
      release() {},
      broken: false,
      flush: () => Promise.resolve(),
    }
    const io = { stdin: nullSource, stdout: out, stderr: out }
    this.process = new Process({ machine, args: ['-bash'], env: ENV, cwd: '/root', io, parent: null })
    this.shell = new Shell(this.process, '-bash')
    terminal.print(PROMPT)
  }

  end(): void {
    this.running?.kill('HUP')
    this.process.end(0)
  }

  key(key: string): void {
    if (this.running) this.keyWhileRunning(key)
    else if (key === '\r' || key === '\n') this.enter()
    else if (key === '\x03') {
      this.line = ''
      this.pending = ''
      this.terminal.print(`^C\r\n${PROMPT}`)
    } else if (key === '\x04' && this.line === '') this.logOut()
    else if (key === '\x15') this.erase(this.line.length)
    else if (key === '\x7f' || key === '\b') this.erase(1)
    else if (key >= ' ') {
      this.line += key
      this.terminal.print(key)
    }
  }

  private erase(count: number): void {
    const removed = Math.min(count, this.line.length)
    this.line = this.line.slice(0, this.line.length - removed)
    this.terminal.print(ERASE.repeat(removed))
  }

  private keyWhileRunning(key: string): void {
    if (key === '\x03') {
      this.terminal.print('^C')
      this.ahead = ''
      this.interrupt()
      return
    }
    this.ahead += key
    this.terminal.print(key === '\r' ? '\r\n' : key >= ' ' ? key : '')
  }

  /** Ctrl-C reaches the whole session but what was put in the background or has a session of its own. */
  private interrupt(): void {
    const job = this.running
    if (!job) return
    const { session } = this.process
    const inJob = (process: Process): boolean => {
      for (let at: Process | null = process; at; at = at.parent) if (at === job) return process.session === session
      return false
    }
    for (const process of [...job.machine.processes.values()].reverse()) if (inJob(process)) process.kill('INT')
  }

  private enter(): void {
    this.terminal.print('\r\n')
    const text = `${this.pending}${this.line}`
    this.line = ''
    if (!isComplete(text)) {
      this.pending = `${text}\n`
      this.terminal.print(MORE)
      return
    }
    this.pending = ''
    if (text.trim() === '') this.terminal.print(PROMPT)
    else this.run(text)
  }

  /** Runs in a fork that hands back what the shell is to know: Ctrl-C ends the whole list at once. */
  private run(text: string): void {
    let leaves = false
    const job = this.process.fork(this.process.args, async (child) => {
      const shell = new Shell(child, '-bash', this.process.pid)
      shell.inherit(this.shell)
      try {
        await shell.list(parse(text).statements, child.io)
      } catch (error) {
        if (error instanceof Exit) leaves = true
        else if (error instanceof Killed) throw error
        else if (!(error instanceof Return || error instanceof Break)) {
          child.error(`-bash: ${error instanceof Error ? error.message : String(error)}\n`)
          shell.status = 2
        }
      }
      this.shell.inherit(shell)
      this.process.cwd = child.cwd
      return shell.status
    })
    this.running = job
    job.exited.then((code) => {
      this.running = null
      if (!this.process.alive) return
      this.shell.status = code
      if (leaves) {
        this.logOut()
        return
      }
      this.terminal.print(job.killed ? `\r\n${PROMPT}` : PROMPT)
      const { ahead } = this
      this.ahead = ''
      for (const key of ahead) this.key(key)
    })
  }

  private logOut(): void {
    this.terminal.print('logout\r\n')
    this.process.end(0)
    this.terminal.loggedOut()
  }
}
