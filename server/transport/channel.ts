import type { Client, ClientChannel } from 'ssh2'
import { AppError } from '../errors'
import { lostError } from './connect-errors'
import { splitLines } from './lines'
import { epochMs } from './now'
import {
  DEFAULT_MAX_BYTES,
  type ExecOptions,
  type ExecResult,
  type RemoteShell,
  type RemoteStream,
  type ShellOptions,
  type StreamEnd,
  type StreamOptions,
} from './remote'

/** What a channel needs to know of its connection. */
export type ChannelContext = {
  client: Client
  host: string
  /** What the SSH channel gets. */
  commandLine: string
  /** The same without secrets, for errors. */
  shown: string
  /** Why the connection is gone, once it is. */
  lostBy: () => AppError | undefined
}

/** Bytes handled in one turn of the event loop before a flooding channel has to wait for the others. */
const TURN_BYTES = 256 * 1024

function openError(context: ChannelContext, cause: Error): AppError {
  const lost = context.lostBy()
  if (lost) return lost
  if (!/open failure|open failed/i.test(cause.message)) return lostError(context.host, cause)
  return new AppError('ssh-connect', `${context.host}: the host refuses a further channel`, {
    host: context.host,
    command: context.shown,
    hint: 'Raise MaxSessions in its sshd_config (10 is the default, the app uses 8 per connection).',
    cause,
  })
}

function open(context: ChannelContext, start: (done: (error: Error | undefined, c: ClientChannel) => void) => void) {
  return new Promise<ClientChannel>((resolve, reject) => {
    const lost = context.lostBy()
    if (lost) return reject(lost)
    try {
      start((error, channel) => {
        if (error) return reject(openError(context, error))
        // A failing write shows in the channel's end; without a listener it would end the app.
        channel.on('error', () => {})
        channel.stderr.on('error', () => {})
        resolve(channel)
      })
    } catch (cause) {
      reject(lostError(context.host, cause))
    }
  })
}

const openExec = (context: ChannelContext) => open(context, (done) => context.client.exec(context.commandLine, done))

function endChannel(channel: ClientChannel) {
  try {
    channel.signal('INT')
    channel.close()
  } catch {
    // Already gone.
  }
}

function ending(channel: ClientChannel): Promise<StreamEnd> {
  return new Promise((resolve) => {
    const end: StreamEnd = { exitCode: null, signal: null }
    channel.on('exit', (code: number | null, signal?: string) => {
      end.exitCode = code ?? null
      end.signal = signal ?? null
    })
    channel.on('close', () => resolve(end))
  })
}

function collector(maxBytes: number) {
  const chunks: Buffer[] = []
  let bytes = 0
  let isTruncated = false
  return {
    add(chunk: Buffer) {
      const room = maxBytes - bytes
      if (chunk.length > room) isTruncated = true
      if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      bytes += Math.min(chunk.length, Math.max(room, 0))
    },
    text: () => new TextDecoder().decode(Buffer.concat(chunks)),
    isTruncated: () => isTruncated,
  }
}

/** Runs a command to its end inside its budget. See `Remote.exec`. */
export async function runCommand(context: ChannelContext, options: ExecOptions): Promise<ExecResult> {
  const { timeoutMs, signal, stdin, maxBytes = DEFAULT_MAX_BYTES } = options
  const details = { host: context.host, command: context.shown }
  const startedMs = epochMs()
  let channel: ClientChannel | undefined
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined

  const interrupted = new Promise<never>((_, reject) => {
    const stop = (error: AppError) => {
      reject(error)
      if (channel) endChannel(channel)
    }
    const seconds = `${Math.round(timeoutMs / 100) / 10} s`
    const hint = 'The host or the program on it hangs: look at its load, or run the command there by hand.'
    timer = setTimeout(
      () => stop(new AppError('command-timeout', `${context.host}: no end after ${seconds}`, { ...details, hint })),
      timeoutMs,
    )
    onAbort = () => stop(new AppError('cancelled', `${context.host}: the command was cancelled`, details))
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
  })

  const run = async (): Promise<ExecResult> => {
    const opening = openExec(context)
    // Late: the budget ended while it was being opened.
    const isOver = { value: false }
    interrupted.catch(() => {
      isOver.value = true
    })
    channel = await opening
    if (isOver.value) endChannel(channel)
    const stdout = collector(maxBytes)
    const stderr = collector(maxBytes)
    channel.on('data', stdout.add)
    channel.stderr.on('data', stderr.add)
    const ended = ending(channel)
    channel.end(stdin)
    const end = await ended
    // A dead peer closes its channels without an exit status: that is no result.
    if (end.exitCode === null && end.signal === null) throw context.lostBy() ?? lostError(context.host)
    const isTruncated = stdout.isTruncated() || stderr.isTruncated()
    return {
      ...end,
      stdout: stdout.text(),
      stderr: stderr.text(),
      startedMs,
      endedMs: epochMs(),
      truncated: isTruncated,
    }
  }

  const running = signal?.aborted ? interrupted : run()
  running.catch(() => {})
  try {
    return await Promise.race([running, interrupted])
  } finally {
    clearTimeout(timer)
    if (onAbort) signal?.removeEventListener('abort', onAbort)
  }
}

function readFairly(source: NodeJS.ReadableStream, onChunk: (chunk: Buffer, receivedMs: number) => void) {
  let turnBytes = 0
  source.on('data', (chunk: Buffer) => {
    onChunk(chunk, epochMs())
    if (turnBytes === 0)
      setImmediate(() => {
        turnBytes = 0
        source.resume()
      })
    turnBytes += chunk.length
    if (turnBytes > TURN_BYTES) source.pause()
  })
}

function follow(
  context: ChannelContext,
  channel: ClientChannel,
  flush: () => void,
  signal?: AbortSignal,
): RemoteStream {
  let isClosedHere = false
  const close = () => {
    isClosedHere = true
    endChannel(channel)
  }
  const done = ending(channel).then((end) => {
    signal?.removeEventListener('abort', close)
    flush()
    if (end.exitCode === null && end.signal === null && !isClosedHere) throw context.lostBy() ?? lostError(context.host)
    return end
  })
  done.catch(() => {})
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted) close()
  return { done, close }
}

/** Runs a command and hands on its lines as they come. See `Remote.stream`. */
export async function streamCommand(context: ChannelContext, options: StreamOptions): Promise<RemoteStream> {
  const channel = await openExec(context)
  let receivedMs = epochMs()
  const out = splitLines((line) => options.onLine(line, receivedMs))
  const err = splitLines((line) => options.onStderr?.(line, receivedMs))
  const feed = (splitter: typeof out) => (chunk: Buffer, atMs: number) => {
    receivedMs = atMs
    splitter.write(chunk)
  }
  readFairly(channel, feed(out))
  readFairly(channel.stderr, feed(err))
  const stream = follow(context, channel, () => [out, err].map((splitter) => splitter.end()), options.signal)
  channel.end()
  return stream
}

/** An interactive shell. See `Remote.shell`. */
export async function streamShell(context: ChannelContext, options: ShellOptions): Promise<RemoteShell> {
  const size = { cols: options.columns ?? 120, rows: options.rows ?? 40 }
  const channel = await open(context, (done) => context.client.shell({ term: 'dumb', ...size }, done))
  readFairly(channel, options.onData)
  const stream = follow(context, channel, () => {}, options.signal)
  return { ...stream, write: (data) => void channel.write(data) }
}
