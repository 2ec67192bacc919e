import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, World } from '../harness'
import { look, outageSince } from './lab-eyes'

let world: World
let app: App

beforeAll(async () => {
  const [first] = await World.start()
  if (!first) throw new Error('no world')
  world = first
  app = await App.start([world.labFile])
})

afterAll(async () => {
  await app?.stop()
  await world?.close()
})

type Plan = { id: string; commands: { host: string; argv: string[] }[] }[]

/** The run's id and what else differs from plan to run by nature: who owns the lease and since when, journal's start. */
const normal = (argv: string[], runId: string): string =>
  argv
    .join(' ')
    .replaceAll(runId, 'RUN')
    .replace(/\{"runId".*?\}/, 'OWNER')
    .replace(/--since @\d+/, '--since @T')

const query = (input: unknown) => encodeURIComponent(JSON.stringify(input))

test.each([
  ['TC-1', {}],
  ['TC-2', { durationS: 5 }],
  ['TC-3', { mode: 'kill-9' }],
  ['TC-3', { mode: 'clean-stop' }],
  ['TC-3', { mode: 'force-stop' }],
  ['TC-4', {}],
])('%s %o passes, does what its plan says, and leaves the lab as it was', async (caseId, params) => {
  const before = await look(world)
  const input = query({ lab: world.id, case: caseId, params })
  const plan = await app.get<{ result: { data: Plan } }>(`/api/trpc/cases.plan?input=${input}`)
  const { id } = await app.start(world.id, caseId, params)
  const run = await app.ended(id)
  expect({
    ending: run.ending,
    verdict: run.verdict,
    criteria: run.criteria.filter((c) => c.verdict !== 'pass'),
  }).toEqual({
    ending: 'completed',
    verdict: 'pass',
    criteria: [],
  })
  const planned = new Set(plan.result.data.flatMap((step) => step.commands.map(({ argv }) => normal(argv, 'RUN'))))
  const strangers = run.commands.map(({ argv }) => normal(argv, id)).filter((text) => !planned.has(text))
  expect([...new Set(strangers)]).toEqual([])
  expect(await look(world)).toEqual(before)
})

test('the stated interval covers what the world itself knows', async () => {
  const { id } = await app.start(world.id, 'TC-3')
  const run = await app.ended(id)
  const truth = await outageSince(world, run.startedAt ?? 0)
  const { ms, plusMs, minusMs } = run.measurements.failoverTime ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  expect(truth).toBeGreaterThan(2000)
  expect(ms + plusMs).toBeGreaterThanOrEqual(truth)
  expect(ms - minusMs).toBeLessThanOrEqual(truth)
})
