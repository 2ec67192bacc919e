import type { ClientChannel } from 'ssh2'
import { AppError } from '../errors'
import { onAbort } from './abort'
import { lostError } from './connect-errors'
import { epochMs } from './now'
import { type ChannelContext, endChannel, openExec } from './open-channel'
import { DEFAULT_MAX_BYTES, type ExecOptions, type ExecResult } from './remote'

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
  let unlisten = () => {}

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
    const cancel = () => stop(new AppError('cancelled', `${context.host}: the command was cancelled`, details))
    unlisten = onAbort(signal, cancel)
  })

  const run = async (): Promise<ExecResult> => {
    const opening = openExec(context)
    // Late: the budget ended while it was being opened.
    const isOver = { value: false }
    interrupted.catch(() => {
      isOver.value = true
    })
    const { channel: opened, ended } = await opening
    channel = opened
    if (isOver.value) endChannel(channel)
    const stdout = collector(maxBytes)
    const stderr = collector(maxBytes)
    channel.on('data', stdout.add)
    channel.stderr.on('data', stderr.add)
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
    unlisten()
  }
}
