import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from '../../domain/ids'
import { execCommand, streamAt } from '../../drivers/at'
import { killTagged } from '../../drivers/place'
import type { RemoteStream } from '../../transport/remote'
import type { RunSession } from '../session'

const STOP_TIMEOUT_MS = 5000
const LINGER_MS = 2000

export type StreamRequest = {
  /** Sample stream id, also the process's tag: "probe:internet". */
  stream: string
  place: Place
  argv: readonly string[]
  durationS: number
  onLine: (line: string, receivedMs: number) => void
}

/** "probe:internet" as the last part of a process tag. */
export const streamTag = (stream: string): string => stream.replace(':', '-')

/** Starts a long-lived process of the run; it is ended by its tag, from another connection. */
export async function startStream(
  session: RunSession,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<RemoteStream> {
  const { stream, place, argv, durationS, onLine } = request
  const access = session.access(stream)
  const tag = session.tag(streamTag(stream))
  signal.throwIfAborted()
  const running = await streamAt(access, place, argv, { tag, timeoutMs: durationS * 1000, onLine })
  running.done.catch(() => {})
  session.streams.set(stream, {
    done: running.done,
    stop: async () => {
      const command = killTagged(session.lab, place, tag)
      await execCommand(access, command, { timeoutMs: STOP_TIMEOUT_MS }).catch(() => {})
      await Promise.race([running.done.catch(() => {}), sleep(LINGER_MS)])
      running.close()
    },
  })
  return running
}

/** Ends one stream, or all of a kind ("probe", "traffic", "capture"), and waits for their last lines. */
export async function stopStreams(session: RunSession, kind: string): Promise<void> {
  const matching = [...session.streams].filter(([stream]) => stream === kind || stream.startsWith(`${kind}:`))
  await Promise.all(
    matching.map(async ([stream, { stop }]) => {
      await stop()
      session.streams.delete(stream)
    }),
  )
}
