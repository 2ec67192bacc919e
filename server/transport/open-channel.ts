import type { Client, ClientChannel } from 'ssh2'
import { AppError } from '../errors'
import { lostError } from './connect-errors'
import type { StreamEnd } from './remote'

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
  /** The connection's channels, being opened ones and those that the host has not closed yet among them. */
  channels: Set<unknown>
}

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

export type OpenChannel = {
  channel: ClientChannel
  /** Resolves when the channel has closed; both null when there was no exit status. */
  ended: Promise<StreamEnd>
}

type Start = (done: (error: Error | undefined, channel: ClientChannel) => void) => void

/** Opens a channel. Rejects with `ssh-lost`, or `ssh-connect` when the host refuses a further one. */
export async function openChannel(context: ChannelContext, start: Start): Promise<OpenChannel> {
  const place = {}
  context.channels.add(place)
  const free = () => context.channels.delete(place)
  try {
    const opened = await startChannel(context, start)
    void opened.ended.then(free)
    return opened
  } catch (error) {
    free()
    throw error
  }
}

function startChannel(context: ChannelContext, start: Start): Promise<OpenChannel> {
  return new Promise((resolve, reject) => {
    const lost = context.lostBy()
    if (lost) return reject(lost)
    try {
      start((error, channel) => {
        if (error) return reject(openError(context, error))
        // A failing write shows in the channel's end; without a listener it would end the app.
        channel.on('error', () => {})
        channel.stderr.on('error', () => {})
        // At once: the exit status may come with the same packet as the channel.
        resolve({ channel, ended: ending(channel) })
      })
    } catch (cause) {
      reject(lostError(context.host, cause))
    }
  })
}

/** A channel that runs the context's command line. */
export const openExec = (context: ChannelContext): Promise<OpenChannel> =>
  openChannel(context, (done) => context.client.exec(context.commandLine, done))

/**
 * Asks the remote process to end and closes the channel. sshd takes no signals for root, and closes its side only when
 * the process has ended, which its own `timeout` or `killTagged` sees to.
 */
export function endChannel(channel: ClientChannel) {
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
