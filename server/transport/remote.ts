/** What ran to its end; a non-zero exit code is a result, not an error. */
export type ExecResult = {
  /** null when a signal ended it. */
  exitCode: number | null
  signal: string | null
  stdout: string
  stderr: string
  /** App clock, epoch ms: when the channel was asked for, and when it had closed. */
  startedMs: number
  endedMs: number
  /** Output beyond maxBytes was dropped. */
  truncated: boolean
}

export type ExecOptions = {
  /** Whole budget on the app's side: opening the channel included. Rejects with `command-timeout`. */
  timeoutMs: number
  signal?: AbortSignal
  stdin?: string | Uint8Array
  /** Kept of stdout and of stderr, each; 10 MB unless told. */
  maxBytes?: number
}

/** How stdout is handed on; receivedMs (app clock, epoch ms) is when its bytes arrived. */
export type StreamOutput =
  /** One line without its end. */
  | { onLine: (line: string, receivedMs: number) => void; onData?: undefined }
  /** Bytes as they come, for what has no lines (a console, a pcap). Secrets are not cut out of them. */
  | { onLine?: undefined; onData: (chunk: Uint8Array, receivedMs: number) => void }

export type StreamOptions = StreamOutput & {
  onStderr?: (line: string, receivedMs: number) => void
  /** Keeps stdin open for `write`; else the command sees its end at once. */
  keepStdin?: boolean
  /** Closes the stream, as close() does. */
  signal?: AbortSignal
}

export type StreamEnd = { exitCode: number | null; signal: string | null }

export type RemoteStream = {
  /** Both null when the stream was closed from here. Rejects with `ssh-lost` when the connection died under it. */
  done: Promise<StreamEnd>
  /** To stdin; without effect unless it was kept open. */
  write(data: string | Uint8Array): void
  /**
   * Hangs up; `done` resolves within half a second. It may not end the process (sshd takes no signals for root):
   * `killTagged` does, at the latest its own `timeout`.
   */
  close(): void
}

/** An interactive shell: bytes as they come, echo included. */
export type ShellOptions = {
  onData: (chunk: Uint8Array, receivedMs: number) => void
  columns?: number
  rows?: number
  signal?: AbortSignal
}

/**
 * A host that commands can be run on. Arguments are arrays; they become shell text in `quote.ts` only. The lab's
 * passwords are cut out of everything that comes back.
 * Every method rejects with an AppError (`ssh-…`, `command-timeout`, `cancelled`) that names the host and a way out.
 */
export interface Remote {
  /** Id of the host in the lab file. */
  readonly host: string
  exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult>
  stream(argv: readonly string[], options: StreamOptions): Promise<RemoteStream>
  /** An interactive shell on a pseudo terminal. */
  shell(options: ShellOptions): Promise<RemoteStream>
  /** Writes a file whole or not at all; mode as chmod takes it ("600"). Rejects with `command-failed`. */
  put(path: string, data: string | Uint8Array, mode: string): Promise<void>
  /** A file's content as UTF-8. Rejects with `command-failed` when it cannot be read or is above 10 MB. */
  get(path: string): Promise<string>
  close(): Promise<void>
}

/** Bytes kept of each output when the caller names no limit. */
export const DEFAULT_MAX_BYTES = 10_000_000
