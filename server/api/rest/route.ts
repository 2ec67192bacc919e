import type { z } from 'zod'
import { AppError, httpStatus } from '../../errors'
import { createContext } from '../context'
import { refusalOf } from '../guard'
import { createCaller } from '../root'
import type { Services } from '../services'
import { publicAppError } from '../trpc'

/** What a REST handler gets: the procedures that the UI uses, too, and what stands in the URL. */
export type RestCall = {
  api: ReturnType<typeof createCaller>
  services: Services
  request: Request
  params: Record<string, string>
  query: URLSearchParams
}
type Handler = (call: RestCall) => Promise<Response>
type NextContext = { params: Promise<Record<string, string | string[]> | undefined> }
type Route = (request: Request, context: NextContext) => Promise<Response>

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof METHODS)[number]

/** An error as every REST route answers it. */
export function errorResponse(error: unknown, status?: number, headers?: HeadersInit): Response {
  const { code, message, hint } = publicAppError(error)
  if (code === 'internal') console.error('failover-lab:', error)
  return Response.json(
    { error: { code, message, hint: hint ?? null } },
    { status: status ?? httpStatus(code), headers },
  )
}

/** The body as JSON, checked; no body counts as an empty object. Rejects with AppError bad-input. */
export async function readBody<T extends z.ZodType>(request: Request, schema: T): Promise<z.infer<T>> {
  const text = await request.text()
  let body: unknown
  try {
    body = text === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new AppError('bad-input', 'the body is no valid JSON', { cause, hint: 'Look at /api/v1 for an example.' })
  }
  return schema.parse(body)
}

/** A whole, non-negative number from the query, undefined when it is not there; rejects bad input, keeps it in range. */
export function queryNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d+$/.test(text)) throw new AppError('bad-input', `${name}: expected a whole number, got "${text}"`)
  return Math.min(Number(text), 2 ** 31)
}

/** Values of a parameter that may be repeated or comma-separated; undefined when there is none. */
export function queryList(query: URLSearchParams, name: string): string[] | undefined {
  const values = query.getAll(name).flatMap((value) => value.split(',').filter((part) => part !== ''))
  return values.length > 0 ? values : undefined
}

async function call(handler: Handler, load: () => Promise<Services>, request: Request, context: NextContext) {
  const services = await load()
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries((await context.params) ?? {})) params[name] = [value].flat().join('/')
  const query = new URL(request.url).searchParams
  return handler({ api: createCaller(createContext(services)), services, request, params, query })
}

/** The exports of a route file: the given methods, guarded, errors as JSON; every other method is answered with 405. */
export function restRoute(load: () => Promise<Services>, handlers: Partial<Record<Method, Handler>>) {
  const allow = Object.keys(handlers).join(', ')
  const route =
    (method: Method): Route =>
    async (request, context) => {
      const refused = refusalOf(request)
      if (refused) return errorResponse(refused)
      const handler = handlers[method]
      if (!handler) {
        const error = new AppError('bad-input', `${method} is not for this address`, { hint: `Use ${allow}.` })
        return errorResponse(error, 405, { allow })
      }
      return call(handler, load, request, context).catch((error: unknown) => errorResponse(error))
    }
  return {
    GET: route('GET'),
    POST: route('POST'),
    PUT: route('PUT'),
    PATCH: route('PATCH'),
    DELETE: route('DELETE'),
  }
}
