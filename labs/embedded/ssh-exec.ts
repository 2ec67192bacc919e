import type { ServerChannel } from 'ssh2'
import { nowMs, scheduler } from './core/scheduler'
import type { Holds } from './holds'
import type { Machine } from './machine/machine'
import { Process, run, SIGNALS } from './machine/process'
import { Pipe, type Sink } from './machine/streams'
import { sh } from './shell/sh'

/** One side of an SSH channel; the channel is closed when the last process lets go of it. */
class ChannelSink implements Sink {
  broken = false
  private holders = 0

  constructor(
    private readonly put: (data: string | Uint8Array) => void,
    private readonly closed: () => void,
  ) {}

  write(text: string): void {
    if (!this.broken) this.put(text)
  }
  writeBytes(bytes: Uint8Array): void {
    if (!this.broken) this.put(bytes)
  }
  retain(): void {
    this.holders++
  }
  release(): void {
    if (--this.holders === 0) this.closed()
  }
  flush(): Promise<void> {
    return Promise.resolve()
  }
}

/** Who logs in where. */
export type Login = { machine: Machine; user: string }

/** The login shell runs the command; null: it reads commands from the channel. */
export function execute(
  channel: ServerChannel,
  { machine, user }: Login,
  holds: Holds,
  command: string | null,
): Process {
  const stdin = new Pipe('channel')
  let sinksOpen = 2
  const closed = () => {
    if (--sinksOpen === 0) channel.end()
  }
  const stdout = new ChannelSink((data) => channel.write(data), closed)
  const stderr = new ChannelSink((data) => channel.stderr.write(data), closed)
  channel.on('data', (data: Buffer) => stdin.write(data.toString('utf8')))
  channel.on('end', () => stdin.end())
  for (const stream of [channel, channel.stderr]) stream.on('error', () => {})
  const gone = new Promise<void>((resolve) => channel.on('close', resolve))
  channel.on('close', () => {
    stdout.broken = true
    stderr.broken = true
    stdin.end()
  })
  const home = user === 'root' ? '/root' : `/home/${user}`
  const env = {
    HOME: home,
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
  }
  const args = command === null ? ['sh'] : ['sh', '-c', command]
  const process = new Process({
    machine,
    args,
    env,
    cwd: home,
    io: { stdin, stdout, stderr },
    parent: null,
  })
  const entry = holds.begin(command ?? '(shell)', nowMs())
  process.exited.then((code) => {
    entry.exitCode = code
    entry.endedMs = nowMs()
    if (!stdout.broken) sendExit(code)
    stdout.release()
    stderr.release()
  })
  // The channel itself is a holder until the exit status is on its way.
  stdout.retain()
  stderr.retain()
  const sendExit = (code: number): void => {
    const signal = code > 128 ? Object.entries(SIGNALS).find(([, n]) => n === code - 128)?.[0] : undefined
    if (signal && process.killed) channel.exit(signal, false, '')
    else channel.exit(code)
  }
  run(process, async (p) => {
    if (command !== null && !(await p.within(holds.pass(entry.command, gone)))) return 255
    scheduler.runDue()
    return sh(p)
  })
  return process
}
