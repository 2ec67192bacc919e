import { afterAll, beforeAll, expect, test } from 'vitest'
import { App } from '../harness'
import { compareOnce, REFERENCE } from './accuracy'
import { look } from './lab-eyes'

let app: App

beforeAll(async () => {
  app = await App.start([REFERENCE.file])
})

afterAll(() => app?.stop())

test('TC-1 passes on the real cluster', async () => {
  const { id } = await app.start(REFERENCE.id, 'TC-1')
  const run = await app.ended(id)
  expect(run.criteria.filter((c) => c.verdict !== 'pass')).toEqual([])
  expect(run.verdict).toBe('pass')
})

test.each([
  [1, { mode: 'kill-9' }],
  [2, { mode: 'clean-stop' }],
  [3, { mode: 'force-stop' }],
])('TC-3, run %i: the independent stream agrees, and the lab is as before', async (_, params) => {
  const before = await look()
  const comparison = await compareOnce(app, params)
  const { ending, verdict, criteria } = comparison.run
  expect({ ending, verdict, not: criteria.filter((c) => c.verdict !== 'pass') }).toEqual({
    ending: 'completed',
    verdict: 'pass',
    not: [],
  })
  expect(comparison.intersects, JSON.stringify({ ...comparison, run: comparison.run.id })).toBe(true)
  expect(await look()).toEqual(before)
})
