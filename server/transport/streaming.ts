import { onAbort } from './abort'
import { lostError } from './connect-errors'
import { splitLines } from './lines'
import { epochMs } from './now'
import { type ChannelContext, endChannel, type OpenChannel, openChannel, openExec } from './open-channel'
import type { RemoteStream, ShellOptions, StreamEnd, StreamOptions } from './remote'

/** Bytes handled in one turn of the event loop before a flooding channel has to wait for the others. */
const TURN_BYTES = 256 * 1024
/** For the last lines after a close; the host may hold the channel until the process has ended. */
const GOODBYE_MS = 500

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
  { channel, ended }: OpenChannel,
  flush: () => void,
  signal?: AbortSignal,
): RemoteStream {
  let isClosedHere = false
  let hangUp: (end: StreamEnd) => void = () => {}
  const closed = new Promise<StreamEnd>((resolve) => {
    hangUp = resolve
  })
  const close = () => {
    isClosedHere = true
    endChannel(channel)
    setTimeout(() => hangUp({ exitCode: null, signal: null }), GOODBYE_MS).unref()
  }
  const unlisten = onAbort(signal, close)
  const done = Promise.race([ended, closed]).then((end) => {
    unlisten()
    flush()
    if (end.exitCode === null && end.signal === null && !isClosedHere) throw context.lostBy() ?? lostError(context.host)
    return end
  })
  done.catch(() => {})
  const write = (data: string | Uint8Array) => void (channel.writable && channel.write(data))
  return { done, close, write }
}

/** Runs a command and hands on its lines, or its bytes, as they come. See `Remote.stream`. */
export async function streamCommand(context: ChannelContext, options: StreamOptions): Promise<RemoteStream> {
  const opened = await openExec(context)
  const { channel } = opened
  let receivedMs = epochMs()
  const { onLine, onData } = options
  const out = splitLines((line) => onLine?.(line, receivedMs))
  const err = splitLines((line) => options.onStderr?.(line, receivedMs))
  const feed = (splitter: typeof out) => (chunk: Buffer, atMs: number) => {
    receivedMs = atMs
    splitter.write(chunk)
  }
  readFairly(channel, onData ?? feed(out))
  readFairly(channel.stderr, feed(err))
  const stream = follow(context, opened, () => [out, err].map((splitter) => splitter.end()), options.signal)
  if (!options.keepStdin) channel.end()
  return stream
}

/** An interactive shell. See `Remote.shell`. */
export async function streamShell(context: ChannelContext, options: ShellOptions): Promise<RemoteStream> {
  const size = { cols: options.columns ?? 120, rows: options.rows ?? 40 }
  const opened = await openChannel(context, (done) => context.client.shell({ term: 'dumb', ...size }, done))
  const { channel } = opened
  readFairly(channel, options.onData)
  channel.stderr.resume()
  return follow(context, opened, () => {}, options.signal)
}
