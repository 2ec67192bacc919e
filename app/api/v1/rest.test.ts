// @vitest-environment node
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { testServices } from '@/server/api/test-services'

type Setup = Awaited<ReturnType<typeof testServices>>
let setup: Setup
vi.mock('@/server/container', () => ({ getServices: async () => setup.services }))

type Exports = Record<string, unknown>
type Route = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>

const ROUTES: [pattern: RegExp, load: () => Promise<Exports>][] = [
  [/^\/api\/health$/, () => import('../health/route')],
  [/^\/api\/v1$/, () => import('./route')],
  [/^\/api\/v1\/labs$/, () => import('./labs/route')],
  [/^\/api\/v1\/labs\/(?<lab>[^/]+)\/status$/, () => import('./labs/[lab]/status/route')],
  [/^\/api\/v1\/labs\/(?<lab>[^/]+)\/check$/, () => import('./labs/[lab]/check/route')],
  [/^\/api\/v1\/labs\/(?<lab>[^/]+)\/expectations$/, () => import('./labs/[lab]/expectations/route')],
  [/^\/api\/v1\/labs\/(?<lab>[^/]+)\/runs$/, () => import('./labs/[lab]/runs/route')],
  [/^\/api\/v1\/labs\/(?<lab>[^/]+)\/switches$/, () => import('./labs/[lab]/switches/route')],
  [/^\/api\/v1\/labs\/(?<lab>[^/]+)\/switches\/(?<id>[^/]+)$/, () => import('./labs/[lab]/switches/[id]/route')],
  [/^\/api\/v1\/cases$/, () => import('./cases/route')],
  [/^\/api\/v1\/runs$/, () => import('./runs/route')],
  [/^\/api\/v1\/runs\/(?<id>[^/]+)$/, () => import('./runs/[id]/route')],
  [/^\/api\/v1\/runs\/(?<id>[^/]+)\/cancel$/, () => import('./runs/[id]/cancel/route')],
  [/^\/api\/v1\/runs\/(?<id>[^/]+)\/events$/, () => import('./runs/[id]/events/route')],
  [/^\/api\/v1\/runs\/(?<id>[^/]+)\/samples\.csv$/, () => import('./runs/[id]/samples.csv/route')],
  [/^\/api\/v1\/runs\/(?<id>[^/]+)\/captures\/(?<name>[^/]+)$/, () => import('./runs/[id]/captures/[name]/route')],
  [/^\/api\//, () => import('../[[...unknown]]/route')],
]

async function ask(
  path: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: string; headers?: Record<string, string> } = {},
) {
  const url = new URL(path, 'http://127.0.0.1:3000')
  const [pattern, load] = ROUTES.find(([pattern]) => pattern.test(url.pathname)) ?? []
  const route = (await load?.())?.[method] as Route
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const request = new Request(url, { method, body, headers: { host: '127.0.0.1:3000', ...type, ...headers } })
  const params = { ...(pattern?.exec(url.pathname)?.groups ?? {}) }
  return route(request, { params: Promise.resolve(params) })
}

const json = async (path: string, options = {}) => {
  const response = await ask(path, options)
  return { status: response.status, body: await response.json() }
}

const start = (body: unknown) => json('/api/v1/labs/box/runs', { method: 'POST', body: JSON.stringify(body) })

describe('the HTTP API', () => {
  beforeAll(async () => {
    setup = await testServices()
  })
  afterAll(() => setup.drop())

  it('says that it is up', async () => {
    expect(await json('/api/health')).toMatchObject({ status: 200, body: { status: 'ok', version: '1.2.3' } })
  })

  it('documents itself, for people and for programs', async () => {
    const page = await ask('/api/v1', { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).toContain('/api/v1/runs/{id}/samples.csv?stream=')
    const { body } = await json('/api/v1')
    expect(Object.keys(body.schemas)).toEqual([
      ...['Lab', 'Case', 'Check', 'Expectations', 'NewRun', 'StartedRun', 'RunPage', 'Run', 'Switch', 'SetSwitch'],
      'Error',
    ])
    for (const { method, path } of body.endpoints) {
      const response = await ask(path.replace(/\?.*/, '').replace('{lab}', 'box').replace('{id}', 'zz'), { method })
      expect(response.status, `${method} ${path}`).not.toBe(405)
    }
  })

  it('lists labs, the broken ones with their errors, and what they can run', async () => {
    const { body } = await json('/api/v1/labs')
    expect(body).toMatchObject([
      { id: 'box', title: 'Lab box', errors: [] },
      { id: null, file: '/labs/bad.yaml', errors: [{ line: 3, column: 7, message: 'expected a number' }] },
    ])
    expect((await json('/api/v1/cases')).body).toMatchObject([{ id: 'TC-3' }])
    expect((await json('/api/v1/cases?lab=zz')).status).toBe(404)
    expect((await json('/api/v1/labs/box/status')).body).toMatchObject({
      lab: 'box',
      quarantine: null,
      queue: [],
      live: { labId: 'box' },
    })
    expect((await json('/api/v1/labs/zz/status')).status).toBe(404)
    expect((await json('/api/v1/labs/box/check')).body).toMatchObject({
      ...{ lab: 'box', run: null },
      findings: [{ id: 'instance/fw0', mend: { host: 'box', command: 'incus start fw0' } }],
    })
    expect((await json('/api/v1/labs/zz/check')).status).toBe(404)
    const { body: expectations } = await json('/api/v1/labs/box/expectations')
    expect(expectations.rows).toMatchObject([
      { id: 'wan-throughput', expected: { text: '6–8 Gbit/s' }, case: { id: 'TC-8', isThere: false }, latest: null },
      { id: 'lan-throughput', expected: { text: '12–15 Gbit/s' } },
      { id: 'failover', expected: { text: '< 5 s' }, case: { id: 'TC-3', isThere: true } },
      { id: 'session-sync', expected: { text: '< 2 s' } },
      { id: 'config-sync', expected: { text: '< 1 s' } },
    ])
    expect((await json('/api/v1/labs/zz/expectations')).status).toBe(404)
  })

  it('turns a switch on and off, and says why not', async () => {
    const put = (id: string, body: unknown, method = 'PUT') =>
      json(`/api/v1/labs/box/switches/${id}`, { method, body: JSON.stringify(body) })
    expect((await json('/api/v1/labs/box/switches')).body).toMatchObject([{ id: 'no-takeover', state: 'off' }])
    expect(await put('no-takeover', { on: true })).toMatchObject({
      status: 200,
      body: { state: 'on', places: ['fw1'] },
    })
    expect(await put('no-takeover', { on: false }, 'POST')).toMatchObject({ status: 200, body: { state: 'off' } })
    expect((await put('no-takeover', {})).status).toBe(400)
    expect((await put('no-takeover', { on: 'yes' })).status).toBe(400)
    expect((await put('zz', { on: true })).status).toBe(404)
    expect((await json('/api/v1/labs/zz/switches')).status).toBe(404)
  })

  it('takes a run from start to its samples', async () => {
    const started = await start({ case: 'TC-3', params: { mode: 'kill' } })
    expect(started).toEqual({ status: 201, body: { id: 'r1', ids: ['r1'], url: 'http://127.0.0.1:3000/runs/r1' } })
    expect(setup.asked.start).toEqual([{ lab: 'box', case: 'TC-3', params: { mode: 'kill' } }])
    expect((await json('/api/v1/runs/r1')).body).toMatchObject({
      id: 'r1',
      case: 'TC-3',
      lab: 'box',
      ending: null,
      verdict: null,
    })
    expect(await json('/api/v1/runs/r1/cancel', { method: 'POST' })).toMatchObject({ status: 202, body: { id: 'r1' } })
    expect(setup.asked.cancel).toEqual(['r1'])

    const { sink, runs } = setup.log
    const command = { place: { instance: 'fw0' }, host: 'box', argv: ['incus', 'list'] }
    await sink.append('r1', { kind: 'step-started', stepId: 's1', title: 'Preflight', budgetMs: 1000 })
    await sink.append('r1', { kind: 'command-started', commandId: 'c1', stepId: 's1', command, stream: null })
    await sink.append('r1', { kind: 'step-ended', stepId: 's1', outcome: 'ok', message: null })
    const headline = {
      id: 'failoverTime',
      title: 'Failover Time',
      ms: 3624,
      plusMs: 1,
      minusMs: 16,
      method: 'TBLM' as const,
      source: 'internet',
    }
    const criterion = {
      id: 'limit',
      title: 'Failover Time',
      verdict: 'pass' as const,
      reason: 'below',
      limit: null,
      measured: null,
      evidence: [],
    }
    const report = {
      verdict: 'pass' as const,
      headline,
      criteria: [criterion],
      measurements: [headline],
      probes: [],
      t0: null,
      notes: [],
    }
    await sink.append('r1', { kind: 'reported', report })
    sink.push('r1', 'probe:internet', [
      [0, 1763629343123.456, 1, 0.345, 64, 64],
      [1, 1763629343128.1, 2, null, null, null],
    ])
    await sink.append('r1', { kind: 'run-ended', ending: 'completed', verdict: 'pass', message: null })
    await sink.close('r1')
    await runs.patch('r1', { phase: 'ended', ending: 'completed', verdict: 'pass', report, startedAt: 5, endedAt: 6 })

    expect((await json('/api/v1/runs/r1')).body).toMatchObject({
      ending: 'completed',
      verdict: 'pass',
      startedAt: 5,
      criteria: [{ id: 'limit', verdict: 'pass', limit: null, measured: null, evidence: [] }],
      measurements: { failoverTime: { ms: 3624, plusMs: 1, minusMs: 16, method: 'TBLM' } },
      captures: [],
      wan: null,
      steps: [{ id: 's1', outcome: 'ok' }],
      commands: [{ id: 'c1', argv: ['incus', 'list'] }],
    })
    const events = await (await ask('/api/v1/runs/r1/events?after=3')).text()
    expect(
      events
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([4, 5])
    const csv = await (await ask('/api/v1/runs/r1/samples.csv?stream=probe:internet')).text()
    expect(csv).toBe(
      'index,kind,stampMs,seq,rttMs,ttl,bytes\n0,reply,1763629343123.456,1,0.345,64,64\n1,no-answer,1763629343128.1,2,,,\n',
    )
    expect((await json('/api/v1/runs/r1/cancel', { method: 'POST' })).status).toBe(409)
  })

  it('lists runs by filter and page', async () => {
    for (let i = 0; i < 4; i++) await start({ case: 'TC-3' })
    const first = (await json('/api/v1/runs?lab=box&limit=2')).body
    expect(first.runs.map((run: { id: string }) => run.id)).toEqual(['r5', 'r4'])
    const second = (await json(`/api/v1/runs?limit=99999999999999999999&cursor=${first.nextCursor}`)).body
    expect(second.runs.map((run: { id: string }) => run.id)).toEqual(['r3', 'r2', 'r1'])
    expect(second.nextCursor).toBeNull()
    expect((await json('/api/v1/runs?verdict=pass,fail&case=TC-3')).body.runs).toHaveLength(1)
    expect((await json('/api/v1/runs?lab=zz')).body.runs).toEqual([])
  })

  it.each([
    ['/api/v1/runs?limit=abc', 400],
    ['/api/v1/runs?limit=-1', 400],
    ['/api/v1/runs?verdict=maybe', 400],
    ['/api/v1/runs?cursor=nonsense', 400],
    ['/api/v1/runs/zz', 404],
    ['/api/v1/runs/%2e%2e', 404],
    ['/api/v1/runs/zz/events', 404],
    ['/api/v1/runs/r1/events?after=x', 400],
    ['/api/v1/runs/r1/captures/none.pcap', 404],
    ['/api/v1/runs/r1/samples.csv', 400],
    ['/api/v1/runs/r1/samples.csv?stream=probe:zz', 404],
    ['/api/v1/nothing', 404],
    ['/api/', 404],
  ])('answers %s with %i and says why', async (path, status) => {
    const answer = await json(path)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ code: expect.any(String), message: expect.stringMatching(/./) })
    expect(Object.keys(answer.body.error)).toEqual(['code', 'message', 'hint'])
  })

  it('answers bad bodies with 400, other methods with 405, other sites with 403', async () => {
    const post = (body: string, headers = {}) => json('/api/v1/labs/box/runs', { method: 'POST', body, headers })
    for (const body of ['{', '[]', '{"case":3}', '{"case":"TC-3","extra":1}', '{"params":{}}', '"x"', ''])
      expect((await post(body)).status, body).toBe(400)
    expect((await post('{"case":"TC-99"}')).status).toBe(404)
    expect((await post('{"case":"TC-3"}', { 'content-type': 'text/plain' })).status).toBe(403)
    expect((await post('{"case":"TC-3"}', { origin: 'http://evil.example' })).status).toBe(403)
    expect((await json('/api/v1/labs', { headers: { host: 'evil.example' } })).status).toBe(403)
    const wrong = await ask('/api/v1/runs/r1', { method: 'DELETE' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
    expect((await json('/api/v1/nothing', { method: 'PUT' })).status).toBe(404)
  })
})
