/** Codes the API and the UI know; each maps to one HTTP status. */
export type ErrorCode =
  | 'bad-input'
  | 'not-found'
  | 'conflict'
  | 'forbidden'
  | 'lab-file'
  | 'ssh-connect'
  | 'ssh-host-key'
  | 'ssh-auth'
  | 'ssh-timeout'
  | 'ssh-lost'
  | 'console-auth'
  | 'console-held'
  | 'console-dead'
  | 'console-wedged'
  | 'console-lost'
  | 'command-failed'
  | 'command-timeout'
  | 'cancelled'
  | 'lease-held'
  | 'lease-lost'
  | 'preflight'
  | 'quarantined'
  | 'store'
  | 'internal'

export type ErrorDetails = {
  /** What to do about it, in words an engineer can follow. */
  hint?: string
  host?: string
  /** Quoted for a terminal, secrets redacted. */
  command?: string
  stderrTail?: string
  cause?: unknown
}

const BRAND = Symbol.for('failover-lab.AppError')

/** An error that may be shown to the engineer as it is. */
export class AppError extends Error {
  // Next gives instrumentation, routes and pages each their own instance of this module: the class alone does not
  // tell. A subclass must say for itself what belongs to it.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  readonly [BRAND] = true
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly host: string | undefined
  readonly command: string | undefined
  readonly stderrTail: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = details.hint
    this.host = details.host
    this.command = details.command
    this.stderrTail = details.stderrTail
  }
}

/** What went wrong and what to do about it, as sentences. */
export const withHint = ({ message, hint }: AppError): string =>
  hint ? `${message.replace(/[.!?]?$/, (end) => end || '.')} ${hint}` : message

const HTTP_STATUS: Record<ErrorCode, number> = {
  'bad-input': 400,
  'not-found': 404,
  conflict: 409,
  forbidden: 403,
  'lab-file': 422,
  'ssh-connect': 502,
  'ssh-host-key': 502,
  'ssh-auth': 502,
  'ssh-timeout': 504,
  'ssh-lost': 502,
  'console-auth': 502,
  'console-held': 409,
  'console-dead': 504,
  'console-wedged': 504,
  'console-lost': 502,
  'command-failed': 502,
  'command-timeout': 504,
  cancelled: 409,
  'lease-held': 409,
  'lease-lost': 409,
  preflight: 409,
  quarantined: 409,
  store: 503,
  internal: 500,
}

/** HTTP status for an error code. */
export const httpStatus = (code: ErrorCode): number => HTTP_STATUS[code]

/** Anything thrown, as an AppError; a stranger becomes `internal` and keeps itself as cause. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('internal', error instanceof Error ? error.message : String(error), { cause: error })
}
