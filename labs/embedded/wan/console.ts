import { nowMs, scheduler, type Task } from '../core/scheduler'
import { ConsoleShell } from './console-shell'
import type { Vm } from './vm'

/** Somebody on the socket: QEMU serves one of them. */
export type ConsoleClient = {
  program: string
  pid: number
  /** Socket numbers, of the client and of QEMU, as ss shows them. */
  inodes: [number, number]
  receive(text: string): void
  /** QEMU hung up. */
  hangUp(): void
}

/** `silent`: nothing listens (booted without console=ttyS0); `wedged`: the terminal echoes, and that is all. */
type Phase = 'off' | 'boot' | 'login' | 'password' | 'checking' | 'shell' | 'wedged' | 'silent'

const RESPAWN_MS = 120
const LOGIN_OK_MS = 60
const ISSUE = '\r\nWANulator 2.4 wanulator ttyS0\r\n\r\n'
const LOGIN = 'wanulator login: '
const MOTD = [
  '',
  'Last login: Thu Nov 26 14:00:01 UTC 2026 on ttyS0',
  'Welcome to WANulator 2.4 (live system)',
  '',
  '#### 3 updates can be applied ####',
  '',
]
const ERASE = '\b \b'

/** What a terminal itself shows of a key. */
function echoOf(key: string): string {
  if (key === '\r' || key === '\n') return '\r\n'
  return key < ' ' ? `^${String.fromCharCode(key.charCodeAt(0) + 64)}` : key
}

/** The serial console of a VM: what a getty, login and bash do on ttyS0. It outlives whoever looks at it. */
export class VmConsole {
  phase: Phase = 'off'
  client: ConsoleClient | null = null
  /** Connected, and never let in before the first one leaves. */
  readonly waiting = new Set<ConsoleClient>()
  private line = ''
  private user = ''
  private bootedMs = nowMs()
  private isStopped = false
  private held = ''
  private timer: Task | null = null
  private shell: ConsoleShell | null = null

  constructor(readonly vm: Vm) {}

  private get options() {
    return this.vm.world.options
  }

  connect(client: ConsoleClient): void {
    if (this.client) this.waiting.add(client)
    else this.client = client
  }

  disconnect(client: ConsoleClient): void {
    this.waiting.delete(client)
    if (this.client !== client) return
    const [next = null] = this.waiting
    if (next) this.waiting.delete(next)
    this.client = next
  }

  /** What nobody reads is lost: QEMU keeps nothing. */
  print(text: string): void {
    if (this.isStopped) this.held += text
    else this.client?.receive(text)
  }

  /** A kernel message goes out at once, in the middle of whatever is being said. */
  kernel(message: string): void {
    const upS = (nowMs() - this.bootedMs) / 1000
    if (this.phase !== 'silent') this.print(`[${upS.toFixed(6).padStart(12)}] ${message}\r\n`)
  }

  boot(lengthMs: number): void {
    this.bootedMs = nowMs() - (lengthMs === 0 ? 812_000 : 0)
    this.phase = 'boot'
    this.line = ''
    if (lengthMs === 0) {
      this.getty()
      return
    }
    this.kernel('Linux version 5.15.0-wanulator (root@build) #1 SMP')
    this.after(lengthMs, () => this.getty())
  }

  off(): void {
    this.phase = 'off'
    scheduler.cancel(this.timer)
    this.shell = null
    for (const client of [...this.waiting, ...(this.client ? [this.client] : [])]) client.hangUp()
    this.waiting.clear()
    this.client = null
  }

  private after(ms: number, run: () => void): void {
    scheduler.cancel(this.timer)
    this.timer = scheduler.at(nowMs() + ms, run)
  }

  private getty(): void {
    this.phase = 'login'
    this.line = ''
    this.print(`${ISSUE}${LOGIN}`)
  }

  private respawn(): void {
    this.shell?.end()
    this.shell = null
    this.phase = 'boot'
    this.after(RESPAWN_MS, () => this.getty())
  }

  private logIn(): void {
    this.phase = 'shell'
    this.print(`${MOTD.join('\r\n')}\r\n`)
    this.shell = new ConsoleShell(this.vm.machine, {
      print: (text) => this.print(text),
      loggedOut: () => this.respawn(),
    })
  }

  /** Puts it in a state, as somebody left it: for switches and tests. */
  leaveAs(phase: 'login' | 'password' | 'shell' | 'busy' | 'wedged' | 'silent'): void {
    if (!this.vm.isRunning) return
    this.shell?.end()
    this.shell = null
    scheduler.cancel(this.timer)
    this.line = ''
    if (phase === 'shell' || phase === 'busy') {
      this.logIn()
      if (phase === 'busy') this.keys('sleep 3600\r')
    } else if (phase === 'login') this.getty()
    else this.phase = phase
  }

  /** Keys from the client. */
  keys(text: string): void {
    for (const key of text) {
      if (key === '\x13') this.isStopped = true
      else if (key === '\x11') this.resume()
      else this.key(key)
    }
  }

  private resume(): void {
    this.isStopped = false
    const { held } = this
    this.held = ''
    if (held !== '') this.print(held)
  }

  private key(key: string): void {
    if (this.phase === 'shell') this.shell?.key(key)
    else if (this.phase === 'login' || this.phase === 'password') this.loginKey(key)
    else if (this.phase === 'wedged' || this.phase === 'checking') this.print(echoOf(key))
  }

  private loginKey(key: string): void {
    const isEchoed = this.phase === 'login'
    if (key === '\r' || key === '\n') {
      const { line } = this
      this.line = ''
      this.print('\r\n')
      if (this.phase === 'password') this.check(line)
      else if (line === '') this.print(LOGIN)
      else this.askPassword(line)
    } else if (key === '\x15' || key === '\x7f' || key === '\b') {
      const removed = key === '\x15' ? this.line.length : Math.min(1, this.line.length)
      this.line = this.line.slice(0, this.line.length - removed)
      if (isEchoed) this.print(ERASE.repeat(removed))
    } else if (key === '\x03' || key === '\x04') this.respawn()
    else if (key >= ' ') {
      this.line += key
      if (isEchoed) this.print(key)
    }
  }

  private askPassword(user: string): void {
    this.user = user
    this.phase = 'boot'
    this.after(20, () => {
      this.phase = 'password'
      this.print('Password: ')
    })
  }

  private check(password: string): void {
    const { world } = this.vm
    const isRight = this.user === 'root' && password === this.options.password && !world.switches.has('wrong-password')
    this.phase = 'checking'
    if (isRight) {
      this.after(LOGIN_OK_MS, () => this.logIn())
      return
    }
    this.after(this.options.loginMs, () => {
      this.phase = 'login'
      this.print(`\r\nLogin incorrect\r\n${LOGIN}`)
    })
  }
}
