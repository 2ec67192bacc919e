import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { Calls } from './control-served'

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const piece of request) text += piece
  return text === '' ? {} : JSON.parse(text)
}

/** JSON over HTTP on loopback: `POST <url>/<lab id>/<call>`; the address carries a secret. */
export async function serveControl(
  labs: ReadonlyMap<string, Calls>,
  onCall: () => void = () => {},
): Promise<{ url: string; close: () => void }> {
  const secret = randomBytes(16).toString('hex')
  const server = createServer(async (request, response) => {
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value ?? null))
    }
    const [, given, id = '', call = ''] = (request.url ?? '').split('/')
    const calls = labs.get(id)
    if (given !== secret) return send(403, { error: 'wrong secret' })
    onCall()
    const handler = calls && Object.hasOwn(calls, call) ? calls[call] : undefined
    if (!handler) return send(404, { error: `no ${calls ? `call "${call}"` : `lab "${id}"`}` })
    try {
      send(200, await handler(await bodyOf(request)))
    } catch (error) {
      send(400, { error: error instanceof Error ? error.message : String(error) })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}/${secret}`, close: () => server.close() }
}
