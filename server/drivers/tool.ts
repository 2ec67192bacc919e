import type { Place } from '../domain/ids'
import { type AnyLab, hasCluster } from '../domain/lab'
import type { SampleRow } from '../domain/sample'
import { AppError, asAppError } from '../errors'
import type { StreamEnd } from '../transport/remote'
import { delay } from '../transport/retry'
import { execCommand, type LabAccess, streamAt } from './at'
import { batcher, ROW_DELAY_MS } from './batch'
import { commandAt, endOrphans, findTagged, type HostCommand, hostOf, killTagged } from './place'

export type OutputFrom = 'stdout' | 'stderr'

export type ToolOptions = {
  /** Must be the process's own: `stop` ends everything under it. */
  tag: string
  /** The host ends the tool by itself after this long. */
  timeoutMs: number
  signal?: AbortSignal
  /** Rows of the tool's sample stream, in the order of their lines. */
  onRows: (rows: SampleRow[]) => void
  /** Every line that cannot be rebuilt from a row, verbatim, without its end. */
  onOutput?: (line: string, from: OutputFrom, receivedMs: number) => void
}

/** A probe, a capture or a traffic client that is running. */
export type RunningTool = {
  /** Exactly what runs. */
  command: HostCommand
  /** Rejects with `ssh-lost` when the connection died under it. */
  done: Promise<StreamEnd>
  /** Ends it with INT, so that it prints its summary, then closes the channel. Never rejects. */
  stop(): Promise<void>
}

/** What a line means: rows to store, and whether the line itself must be kept. */
export type LineReading = { row?: SampleRow; keep: boolean }

const STOP_WAIT_MS = 1500
/** A process that is known to have ended has sent its last lines; on a busy machine they are still to be read. */
const LAST_LINES_MS = 8000
const END_CHECK_MS = 80
/** Longer than the 4 s after which the outer `timeout` kills. */
const KILL_WAIT_MS = 5500
/** Exit code of pkill and pgrep. */
const NONE_FOUND = 1

async function exitCodeOf(access: LabAccess<AnyLab>, command: HostCommand): Promise<number | null> {
  const result = await execCommand(access, command, { timeoutMs: 5000 }).catch(asAppError)
  return result instanceof AppError ? null : result.exitCode
}

/**
 * Ends everything tagged at a place by INT; what ignores it is killed 2 s later by its own `timeout`. Never rejects;
 * false when something is left, or when the place could not be asked.
 */
export async function stopTagged(access: LabAccess<AnyLab>, place: Place, tag: string): Promise<boolean> {
  const first = await exitCodeOf(access, killTagged(access.lab, place, tag))
  if (first !== 0) return first === NONE_FOUND
  for (const untilMs = Date.now() + KILL_WAIT_MS; Date.now() < untilMs; await delay(END_CHECK_MS)) {
    if ((await exitCodeOf(access, findTagged(access.lab, place, tag))) === NONE_FOUND) return true
  }
  await exitCodeOf(access, killTagged(access.lab, place, tag, 'KILL'))
  return false
}

/**
 * Ends everything under a tag on every host and in every instance of the lab. Never rejects; false when something is left,
 * or a place could not be asked.
 */
export async function stopTaggedEverywhere(access: LabAccess<AnyLab>, tag: string): Promise<boolean> {
  const { hosts } = access.lab
  const instances = hasCluster(access.lab) ? access.lab.instances : []
  const end = async (place: Place) => {
    const isEnded = await stopTagged(access, place, tag)
    return (await exitCodeOf(access, endOrphans(access.lab, place, tag))) !== null && isEnded
  }
  const inside = await Promise.all(instances.map(({ name }) => end({ instance: name })))
  const outside = await Promise.all(hosts.map(({ id }) => end({ host: id })))
  return [...inside, ...outside].every(Boolean)
}

/** Starts a tool and reads its lines. Rejects with `ssh-…` when its channel cannot be opened. */
export async function startTool(
  access: LabAccess<AnyLab>,
  place: Place,
  argv: readonly string[],
  read: (line: string, receivedMs: number) => LineReading,
  options: ToolOptions,
): Promise<RunningTool> {
  const { tag, timeoutMs, signal, onRows, onOutput } = options
  const rows = batcher(onRows, ROW_DELAY_MS)
  const stream = await streamAt(access, place, argv, {
    tag,
    timeoutMs,
    signal,
    onLine(line, receivedMs) {
      const { row, keep } = read(line, receivedMs)
      if (row) rows.add(row)
      if (keep) onOutput?.(line, 'stdout', receivedMs)
    },
    onStderr: (line, receivedMs) => onOutput?.(line, 'stderr', receivedMs),
  })
  const done = stream.done.finally(rows.flush)
  done.catch(() => {})
  const isOver = { value: false }
  done.finally(() => (isOver.value = true)).catch(() => {})
  return {
    command: commandAt(access.lab, place, argv, { tag, timeoutMs, longLived: true }),
    done,
    async stop() {
      if (isOver.value) return
      const hasEnded = await stopTagged(access, place, tag)
      await Promise.race([done.catch(() => {}), delay(hasEnded ? LAST_LINES_MS : STOP_WAIT_MS)])
      if (isOver.value) return
      // Its instance is gone or hangs: what waits for it on the host is left.
      if ('instance' in place) await stopTagged(access, { host: hostOf(access.lab, place) }, tag)
      stream.close()
      await Promise.race([done.catch(() => {}), delay(STOP_WAIT_MS)])
    },
  }
}
