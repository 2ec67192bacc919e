import { expect, test } from 'vitest'
import { labAndApp } from './fixture'
import { configSyncSince, look, outageSince, sessionSyncSince } from './lab-eyes'

const lab = labAndApp()

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
  ['TC-5', {}],
  ['TC-6', {}],
  ['TC-7', { how: 'remove-device' }],
  ['TC-7', { how: 'vf-link-down' }],
  ['TC-8', { durationS: 20 }],
  ['TC-8', { durationS: 20, compareSecondaryOff: true, direction: 'download' }],
  ['TC-9', {}],
  ['TC-10', { how: 'remove-device' }],
  ['TC-10', { how: 'cut-bridge' }],
])('%s %o passes, does what its plan says, and leaves the lab as it was', async (caseId, params) => {
  const before = await look(lab.world)
  const input = query({ lab: lab.world.id, case: caseId, params })
  const plan = await lab.app.get<{ result: { data: Plan } }>(`/api/trpc/cases.plan?input=${input}`)
  const { id } = await lab.app.start(lab.world.id, caseId, params)
  const run = await lab.app.ended(id)
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
  expect(await look(lab.world)).toEqual(before)
})

test('the stated interval covers what the world itself knows', async () => {
  const { id } = await lab.app.start(lab.world.id, 'TC-3')
  const run = await lab.app.ended(id)
  const truth = await outageSince(lab.world, run.startedAt ?? 0)
  const { ms, plusMs, minusMs } = run.measurements.failoverTime ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  expect(truth).toBeGreaterThan(2000)
  expect(ms + plusMs).toBeGreaterThanOrEqual(truth)
  expect(ms - minusMs).toBeLessThanOrEqual(truth)
})

test('a path whose answers take longer than ping sleeps is probed by three pings, and stated as exactly', async () => {
  const rttMs = 30
  await lab.world.call('options', { rttMs })
  const { id } = await lab.app.start(lab.world.id, 'TC-3')
  const run = await lab.app.ended(id)
  await lab.world.call('options', { rttMs: 0.36 })
  const probes = run.probes as { stream: string; pings: number; crossesCluster: boolean }[]
  expect(probes.map(({ pings, crossesCluster }) => pings === (crossesCluster ? 3 : 1))).toEqual([true, true, true])
  const truth = await outageSince(lab.world, run.startedAt ?? 0)
  const { ms, plusMs, minusMs } = run.measurements.failoverTime ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  expect(ms + plusMs).toBeGreaterThanOrEqual(truth)
  expect(ms - minusMs).toBeLessThanOrEqual(truth)
  expect(plusMs + minusMs - rttMs).toBeLessThan(25)
})

test.each([
  [40, 80],
  [300, 500],
])('the stated Config Sync Latency covers what the world itself knows (%i to %i ms)', async (least, most) => {
  await lab.world.call('options', { configSyncMs: [least, most] })
  for (let round = 0; round < 2; round++) {
    const { id } = await lab.app.start(lab.world.id, 'TC-5')
    const run = await lab.app.ended(id)
    const truth = await configSyncSince(lab.world, run.startedAt ?? 0)
    const { ms, plusMs, minusMs } = run.measurements.configSyncLatency ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
    expect(run.verdict, JSON.stringify(run.criteria)).toBe('pass')
    expect(ms + plusMs).toBeGreaterThanOrEqual(truth)
    expect(ms - minusMs).toBeLessThanOrEqual(truth)
    expect(ms - minusMs).toBeGreaterThanOrEqual(0)
  }
  await lab.world.call('options', { configSyncMs: [40, 80] })
})

test.each([
  [0.3, 1.2],
  [400, 900],
])('the stated Session Sync Latency covers what the world itself knows (%d to %d ms)', async (least, most) => {
  await lab.world.call('options', { sessionSyncMs: [least, most] })
  const { id } = await lab.app.start(lab.world.id, 'TC-6')
  const run = await lab.app.ended(id)
  const { longestMs, count } = await sessionSyncSince(lab.world, run.startedAt ?? 0)
  await lab.world.call('options', { sessionSyncMs: [0.3, 1.2] })
  const { ms, plusMs, minusMs } = run.measurements.sessionSyncLatency ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  expect(run.verdict, JSON.stringify(run.criteria)).toBe('pass')
  expect(run.criteria.find((c) => c.id === 'session-synced')?.reason).toContain(`All ${count} sessions`)
  expect(ms + plusMs).toBeGreaterThanOrEqual(longestMs)
  expect(ms - minusMs).toBeLessThanOrEqual(longestMs)
})
