import { expect, test } from 'vitest'
import { answered } from '../undisturbed'
import { labAndApp } from './fixture'
import { configSyncSince, outageSince, sessionSyncSince } from './lab-eyes'

const lab = labAndApp()

test('the stated interval covers what the world itself knows', async () => {
  const run = await answered(lab.app, lab.world.id, 'TC-3')
  const truth = await outageSince(lab.world, run.startedAt ?? 0)
  const { ms, plusMs, minusMs } = run.measurements.failoverTime ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  expect(truth).toBeGreaterThan(2000)
  expect(ms + plusMs).toBeGreaterThanOrEqual(truth)
  expect(ms - minusMs).toBeLessThanOrEqual(truth)
})

test('a path whose answers take longer than ping sleeps is probed by three pings, and stated as exactly', async () => {
  const rttMs = 30
  await lab.world.call('options', { rttMs })
  const run = await answered(lab.app, lab.world.id, 'TC-3')
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
    const run = await answered(lab.app, lab.world.id, 'TC-5')
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
  const run = await answered(lab.app, lab.world.id, 'TC-6')
  const { longestMs, count } = await sessionSyncSince(lab.world, run.startedAt ?? 0)
  await lab.world.call('options', { sessionSyncMs: [0.3, 1.2] })
  const { ms, plusMs, minusMs } = run.measurements.sessionSyncLatency ?? { ms: Number.NaN, plusMs: 0, minusMs: 0 }
  expect(run.verdict, JSON.stringify(run.criteria)).toBe('pass')
  expect(run.criteria.find((c) => c.id === 'session-synced')?.reason).toContain(`All ${count} sessions`)
  expect(ms + plusMs).toBeGreaterThanOrEqual(longestMs)
  expect(ms - minusMs).toBeLessThanOrEqual(longestMs)
})
