import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { testServices } from './test-services'
import { trpcHandler } from './trpc-handler'

let setup: Awaited<ReturnType<typeof testServices>>
const get = (path: string, input?: unknown, init: RequestInit = {}) => {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  const headers = { host: '127.0.0.1:3000', ...(init.headers as Record<string, string>) }
  return trpcHandler(async () => setup.services)(
    new Request(`http://127.0.0.1:3000/api/trpc/${path}${query}`, { ...init, headers }),
  )
}

/** Server-sent events until `enough` of them came. */
async function receive(response: Response, enough: number) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const messages: { id: string | null; data: { kind: string; events?: { seq: number }[] } }[] = []
  for (let text = ''; reader && messages.length < enough; ) {
    const { done, value } = await reader.read()
    if (done) break
    text += value
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data && !/^event: /m.test(part))
        messages.push({ id: /^id: (.*)$/m.exec(part)?.[1] ?? null, data: JSON.parse(data) })
    }
  }
  await reader?.cancel()
  return messages
}

describe('the tRPC API', () => {
  beforeAll(async () => {
    setup = await testServices()
    await setup.services.runner.start({ lab: 'box', case: 'TC-3', params: {} })
    for (let i = 0; i < 3; i++)
      await setup.log.sink.append('r1', { kind: 'note', level: 'info', message: `${i}`, hint: null })
  })
  afterAll(() => setup.drop())

  it('never tells a browser how a host is logged in to', async () => {
    const { result } = await (await get('labs.get', { lab: 'box' })).json()
    expect(result.data.lab.hosts).toEqual([
      { id: 'box', host: '127.0.0.1', port: 22, user: 'root', hostKey: 'SHA256:x' },
    ])
  })

  it.each([
    ['runs.get', { id: 'zz' }, 404, 'not-found'],
    ['runs.get', { id: '../x' }, 400, 'bad-input'],
    ['labs.get', { lab: 'zz' }, 404, 'not-found'],
    ['runs.list', { limit: 'x' }, 400, 'bad-input'],
    ['nothing.here', {}, 404, 'not-found'],
  ])('%s %j fails with %i %s', async (path, input, status, code) => {
    const response = await get(path, input)
    expect(response.status).toBe(status)
    const { error } = await response.json()
    expect(error.data.error).toMatchObject({ code, message: expect.any(String) })
    expect(error.data.stack).toBeUndefined()
  })

  it('shows errors of the app as they are, with what to do', async () => {
    const { runner } = setup.services
    const broken = async () => {
      throw new AppError('ssh-connect', 'box: refused', { hint: 'Start sshd.', host: 'box' })
    }
    setup.services.runner = { ...runner, plan: broken }
    const response = await get('cases.plan', { lab: 'box', case: 'TC-3' })
    setup.services.runner = runner
    expect(response.status).toBe(502)
    expect((await response.json()).error.data.error).toMatchObject({
      code: 'ssh-connect',
      hint: 'Start sshd.',
      host: 'box',
    })
  })

  it('knows errors of the container, which has its own instance of every module', async () => {
    class OtherInstance extends Error {
      override name = 'AppError'
      code = 'quarantined'
      hint = 'Restore the lab.'
    }
    const { runner } = setup.services
    setup.services.runner = { ...runner, plan: () => Promise.reject(new OtherInstance('the lab is quarantined')) }
    const response = await get('cases.plan', { lab: 'box', case: 'TC-3' })
    setup.services.runner = runner
    expect(response.status).toBe(409)
    expect((await response.json()).error.data.error).toMatchObject({ code: 'quarantined', hint: 'Restore the lab.' })
  })

  it('refuses foreign hosts in a shape that the client understands', async () => {
    const response = await get('labs.list', undefined, { headers: { host: 'evil.example' } })
    expect(response.status).toBe(403)
    expect((await response.json()).error.data.error).toMatchObject({ code: 'forbidden' })
  })

  it('streams a run with its seq as the cursor', async () => {
    const first = await receive(await get('runs.live', { id: 'r1' }), 3)
    expect(first.map(({ id, data }) => [id, data.kind])).toEqual([
      ['0', 'summary'],
      ['3', 'events'],
      ['3', 'ready'],
    ])
    const again = await receive(await get('runs.live', { id: 'r1', lastEventId: '2' }), 2)
    expect(again[1]?.data.events?.map((event) => event.seq)).toEqual([3])
  })
})
