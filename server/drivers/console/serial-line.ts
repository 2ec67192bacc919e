import type { Place } from '../../domain/ids'
import type { AnyLab } from '../../domain/lab'
import { AppError, asAppError } from '../../errors'
import { delay } from '../../transport/retry'
import { execAt, type LabAccess, streamAt } from '../at'
import { commandAt, type HostCommand } from '../place'
import type { OpenLine } from './console-reader'
import { socketClients, socketsArgv } from './holders'

export type SerialLineOptions = {
  tag: string
  /** The host ends the line by itself after this long. */
  timeoutMs: number
  /** Ends the opening. */
  signal?: AbortSignal
}

/** A VM's serial console on its PVE host (`qm set ID -serial0 socket`). */
export const serialSocket = (vm: number): string => `/var/run/qemu-server/${vm}.serial0`

/** Standard streams to a socket and back; no terminal is in between, so there is no echo or line end to switch off. */
export const socatArgv = (path: string): string[] => ['socat', '-', `UNIX-CONNECT:${path}`]

/** Longest that a console is held. */
export const SESSION_MS = 60_000

/** The command behind `serialLine`, exactly as it is run. */
export const consoleCommand = (lab: AnyLab, host: string, vm: number, tag: string): HostCommand =>
  commandAt(lab, { host }, socatArgv(serialSocket(vm)), { tag, timeoutMs: SESSION_MS, longLived: true })

/** What socat and the shell say when there is no way to the console. */
const FAILURES: readonly { pattern: RegExp; message: string; hint: string }[] = [
  {
    pattern: /socat.{0,3}: (?:No such file|(?:command )?not found)|failed to run command .?socat/i,
    message: 'socat is not installed',
    hint: 'Install it on the PVE host: apt install socat',
  },
  {
    pattern: /No such file or directory/i,
    message: 'there is no serial console',
    hint: 'Start the VM (qm start ID); give it a console with "qm set ID -serial0 socket" and restart it.',
  },
  {
    pattern: /Connection refused/i,
    message: 'nobody listens on the serial console',
    hint: 'The VM is down or was killed: qm status ID, qm start ID.',
  },
  {
    pattern: /Permission denied/i,
    message: 'this user may not open the serial console',
    hint: 'Log in to the PVE host as root, or give the user the right to the socket.',
  },
]

const lost = (host: string, path: string, said: string): AppError => {
  const known = FAILURES.find(({ pattern }) => pattern.test(said))
  const message = known?.message ?? 'the line to the serial console ended'
  return new AppError('console-lost', `${host}: ${message} (${path})`, {
    ...{ host, hint: known?.hint, stderrTail: said.slice(-400) || undefined },
  })
}

/** What asks for a console's clients reads every process of the host: a busy one takes seconds. */
const OPENING_MS = 4000
const EXPLAINING_MS = 2000
/** A socat whose line was closed stays for half a second: our own from before is nobody else. Asked twice at least. */
const HELD_MS = 900
const HELD_PAUSE_MS = 300

/** `console-held` when more than `ours` are on the console, by name where the host tells it; else null. */
async function heldBy(
  access: LabAccess<AnyLab>,
  host: string,
  path: string,
  { tag, signal }: SerialLineOptions,
  { ours, timeoutMs }: { ours: number; timeoutMs: number },
): Promise<AppError | null> {
  const asked = await execAt(access, { host }, socketsArgv(), { tag, signal, timeoutMs })
  const clients = socketClients(asked.stdout, path) ?? []
  const [first] = clients
  if (!first || clients.length <= ours) return null
  const who = first.program === null ? 'somebody' : `${first.program} (pid ${first.pid})`
  return new AppError('console-held', `${host}: ${who} is on the serial console already (${path})`, {
    host,
    hint: 'Only one can use it: end that session ("exit", then Ctrl-O in qm terminal), or ask its owner.',
  })
}

/** The line to a VM's serial console by way of socat on its host; refused when somebody else is on it. */
export const serialLine =
  (access: LabAccess<AnyLab>, host: string, path: string, options: SerialLineOptions): OpenLine =>
  async (onData, onEnd) => {
    const untilMs = Date.now() + HELD_MS
    for (let tries = 1; ; tries++) {
      const held = await heldBy(access, host, path, options, { ours: 0, timeoutMs: OPENING_MS })
      if (!held) break
      if (tries > 1 && Date.now() >= untilMs) throw held
      await delay(HELD_PAUSE_MS, options.signal)
    }
    const place: Place = { host }
    // A cancel has to leave time for logging out: whoever uses the line ends it.
    const { tag, timeoutMs } = options
    const decoder = new TextDecoder()
    let said = ''
    let isClosed = false
    const end = (reason: AppError) => {
      if (!isClosed) onEnd(reason)
      isClosed = true
    }
    const stream = await streamAt(access, place, socatArgv(path), {
      ...{ tag, timeoutMs },
      keepStdin: true,
      onData: (chunk) => onData(decoder.decode(chunk, { stream: true })),
      onStderr: (line) => {
        said = `${said}${line}\n`.slice(-2000)
      },
    })
    stream.done.then(
      () => end(lost(host, path, said)),
      (error: unknown) => end(asAppError(error)),
    )
    return {
      write: (data) => stream.write(data),
      explainSilence: () => heldBy(access, host, path, options, { ours: 1, timeoutMs: EXPLAINING_MS }),
      close: () => {
        isClosed = true
        stream.close()
      },
    }
  }
