import type { Place } from '../domain/ids'
import type { AnyLab, Lab } from '../domain/lab'
import type { PoolRole } from '../transport/pool'
import type { ExecResult, Remote, RemoteStream, StreamOptions } from '../transport/remote'
import { commandAt, type HostCommand, type PlaceOptions } from './place'

/** Where drivers get their connections from: `SshPool`, or a stand-in in tests. */
export type Connections = {
  on(hostId: string, role?: PoolRole): Remote
  readonly secrets: readonly string[]
  /** The connections themselves, where these only look on. */
  readonly behind?: Connections
}

/** A lab and the way to its hosts. */
export type LabAccess<L extends AnyLab = Lab> = { pool: Connections; lab: L }

export type ExecAtOptions = Omit<PlaceOptions, 'longLived'> & {
  signal?: AbortSignal
  stdin?: string
  maxBytes?: number
}

export type StreamAtOptions = PlaceOptions & StreamOptions

/**
 * Runs a command at a place to its end. The budget ends here at timeoutMs with `command-timeout`; the host's own
 * timeout ends the process a second later should the connection be gone. A non-zero exit is a result.
 */
export function execAt(access: LabAccess<AnyLab>, place: Place, argv: readonly string[], options: ExecAtOptions) {
  const command = commandAt(access.lab, place, argv, { tag: options.tag, timeoutMs: options.timeoutMs + 1000 })
  return execCommand(access, command, options)
}

/** Runs an already built command. */
export function execCommand(
  { pool }: LabAccess<AnyLab>,
  { host, argv }: HostCommand,
  options: Omit<ExecAtOptions, 'tag'>,
): Promise<ExecResult> {
  return pool.on(host, 'control').exec(argv, options)
}

/** Runs a command at a place and hands on its lines; bounded by timeoutMs on the host. */
export function streamAt(
  { pool, lab }: LabAccess<AnyLab>,
  place: Place,
  argv: readonly string[],
  options: StreamAtOptions,
): Promise<RemoteStream> {
  const command = commandAt(lab, place, argv, { longLived: true, ...options })
  return pool.on(command.host, 'streams').stream(command.argv, options)
}
