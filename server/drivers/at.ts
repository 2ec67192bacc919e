import type { Command } from '../domain/event'
import type { Place } from '../domain/ids'
import type { Lab } from '../domain/lab'
import { AppError } from '../errors'
import type { PoolRole } from '../transport/pool'
import { redact } from '../transport/redact'
import type { ExecResult, Remote, RemoteStream, StreamOptions } from '../transport/remote'
import { commandAt, commandText, type HostCommand, type PlaceOptions } from './place'

/** Where drivers get their connections from: `SshPool`, or a stand-in in tests. */
export type Connections = { on(hostId: string, role?: PoolRole): Remote; readonly secrets: readonly string[] }

/** A lab and the way to its hosts. */
export type LabAccess = { pool: Connections; lab: Lab }

export type ExecAtOptions = Omit<PlaceOptions, 'longLived'> & {
  signal?: AbortSignal
  stdin?: string
  maxBytes?: number
}

export type StreamAtOptions = PlaceOptions & StreamOptions

const STDERR_TAIL = 500

/**
 * Runs a command at a place to its end. The budget ends here at timeoutMs with `command-timeout`; the host's own
 * timeout ends the process a second later should the connection be gone. A non-zero exit is a result.
 */
export function execAt(access: LabAccess, place: Place, argv: readonly string[], options: ExecAtOptions) {
  const command = commandAt(access.lab, place, argv, { tag: options.tag, timeoutMs: options.timeoutMs + 1000 })
  return execCommand(access, command, options)
}

/** Runs an already built command. */
export function execCommand(
  { pool }: LabAccess,
  { host, argv }: HostCommand,
  options: Omit<ExecAtOptions, 'tag'>,
): Promise<ExecResult> {
  return pool.on(host, 'control').exec(argv, options)
}

/** Runs a command at a place and hands on its lines; bounded by timeoutMs on the host. */
export function streamAt(
  { pool, lab }: LabAccess,
  place: Place,
  argv: readonly string[],
  options: StreamAtOptions,
): Promise<RemoteStream> {
  const command = commandAt(lab, place, argv, { longLived: true, ...options })
  return pool.on(command.host, 'streams').stream(command.argv, options)
}

/** A built command as the record of the run keeps it. */
export const recorded = (place: Place, { host, argv }: HostCommand): Command => ({ place, host, argv })

/** The result when it exited 0; else rejects with `command-failed`: command, stderr tail and the given hint. */
export async function succeeded(
  { pool }: LabAccess,
  { host, argv }: HostCommand,
  running: Promise<ExecResult>,
  hint: string,
): Promise<ExecResult> {
  const result = await running
  if (result.exitCode === 0) return result
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `exited with ${result.exitCode}`
  const command = redact(commandText(argv), pool.secrets)
  const stderrTail = redact((result.stderr || result.stdout).slice(-STDERR_TAIL), pool.secrets)
  throw new AppError('command-failed', `${host}: a command ${how}`, { host, command, stderrTail, hint })
}
