import { initTRPC, TRPCError } from '@trpc/server'
import { z } from 'zod'
import { AppError, asAppError, type ErrorCode } from '../errors'
import type { ApiContext } from './context'

/** What a client learns of an error, over tRPC (`error.data.error`) and REST (`{error}`) alike. */
export type PublicError = {
  code: ErrorCode
  message: string
  hint: string | null
  host: string | null
  command: string | null
  stderrTail: string | null
}

const TRPC_CODE: Partial<Record<ErrorCode, TRPCError['code']>> = {
  'bad-input': 'BAD_REQUEST',
  'not-found': 'NOT_FOUND',
  forbidden: 'FORBIDDEN',
  conflict: 'CONFLICT',
  cancelled: 'CONFLICT',
  'lease-held': 'CONFLICT',
  'lease-lost': 'CONFLICT',
  preflight: 'CONFLICT',
  quarantined: 'CONFLICT',
  'lab-file': 'UNPROCESSABLE_CONTENT',
  'ssh-connect': 'BAD_GATEWAY',
  'ssh-host-key': 'BAD_GATEWAY',
  'ssh-auth': 'BAD_GATEWAY',
  'ssh-lost': 'BAD_GATEWAY',
  'console-auth': 'BAD_GATEWAY',
  'console-held': 'CONFLICT',
  'console-dead': 'GATEWAY_TIMEOUT',
  'console-wedged': 'GATEWAY_TIMEOUT',
  'console-lost': 'BAD_GATEWAY',
  'command-failed': 'BAD_GATEWAY',
  'ssh-timeout': 'GATEWAY_TIMEOUT',
  'command-timeout': 'GATEWAY_TIMEOUT',
  store: 'SERVICE_UNAVAILABLE',
}

const zodMessage = (error: z.core.$ZodError): string =>
  error.issues.map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ` : '') + issue.message).join('; ')

/**
 * Next gives instrumentation, where the container is made, and every route their own instance of each module: the
 * container's AppErrors are of another class of the same name.
 */
const isAppError = (error: unknown): error is AppError =>
  error instanceof Error && error.name === 'AppError' && 'code' in error

/** Whatever a procedure or tRPC itself threw, as the error that the client may see. */
export function publicAppError(error: unknown): AppError {
  const cause = error instanceof TRPCError ? (error.cause ?? error) : error
  if (isAppError(cause)) return cause
  if (cause instanceof z.core.$ZodError) return new AppError('bad-input', zodMessage(cause), { cause })
  if (cause instanceof TRPCError && cause.code === 'NOT_FOUND') return new AppError('not-found', cause.message)
  if (cause instanceof TRPCError && cause.code !== 'INTERNAL_SERVER_ERROR')
    return new AppError('bad-input', cause.message)
  if (error instanceof TRPCError && error.code === 'PARSE_ERROR') return new AppError('bad-input', error.message)
  return asAppError(cause)
}

export const publicError = (error: AppError): PublicError => ({
  code: error.code,
  message: error.message,
  hint: error.hint ?? null,
  host: error.host ?? null,
  command: error.command ?? null,
  stderrTail: error.stderrTail ?? null,
})

const t = initTRPC.context<ApiContext>().create({
  errorFormatter: ({ shape, error }) => {
    const shown = publicError(publicAppError(error))
    const { stack: _stack, ...data } = shape.data
    return { ...shape, message: shown.message, data: { ...data, error: shown } }
  },
  sse: { ping: { enabled: true, intervalMs: 2000 }, client: { reconnectAfterInactivityMs: 5000 } },
})

export const router = t.router
export const mergeRouters = t.mergeRouters
export const createCallerFactory = t.createCallerFactory

/** Gives AppErrors the tRPC code that leads to the right HTTP status. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (result.ok || !isAppError(result.error.cause)) return result
  const { cause } = result.error
  throw new TRPCError({ code: TRPC_CODE[cause.code] ?? 'INTERNAL_SERVER_ERROR', message: cause.message, cause })
})
