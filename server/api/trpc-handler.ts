import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { httpStatus } from '../errors'
import { createContext } from './context'
import { refusalOf } from './guard'
import { appRouter } from './root'
import type { Services } from './services'
import { publicAppError, publicError } from './trpc'

/** tRPC's number for FORBIDDEN. */
const FORBIDDEN = -32003

/** The tRPC API at /api/trpc, guarded. Server-sent events pass unbuffered. */
export function trpcHandler(load: () => Promise<Services>): (request: Request) => Promise<Response> {
  return async (request) => {
    const refused = refusalOf(request)
    if (refused) {
      const data = { code: 'FORBIDDEN', httpStatus: httpStatus('forbidden'), error: publicError(refused) }
      return Response.json({ error: { code: FORBIDDEN, message: refused.message, data } }, { status: data.httpStatus })
    }
    return fetchRequestHandler({
      endpoint: '/api/trpc',
      req: request,
      router: appRouter,
      createContext: async () => createContext(await load()),
      onError: ({ error, path }) => {
        if (publicAppError(error).code === 'internal') console.error(`failover-lab: ${path}:`, error)
      },
    })
  }
}
