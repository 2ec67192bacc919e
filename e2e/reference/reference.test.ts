import { afterAll, beforeAll, expect, test } from 'vitest'
import { App } from '../harness'
import { compareUndisturbed, REFERENCE } from './accuracy'
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

// A forced stop takes the container tool a second or more, so its T0 is an interval and the primary change may be
// inconclusive; it must never be judged wrong.
test.each([
  [{ mode: 'kill-9' }, ['pass']],
  [{ mode: 'clean-stop' }, ['pass']],
  [{ mode: 'force-stop' }, ['pass', 'inconclusive']],
])('TC-3 %o: the independent stream agrees, and the lab is as before', async (params, verdicts) => {
  const before = await look()
  const comparison = await compareUndisturbed(app, params)
  const { ending, verdict, criteria } = comparison.run
  expect(ending).toBe('completed')
  expect(verdicts, JSON.stringify(criteria.filter((c) => c.verdict !== 'pass'))).toContain(verdict)
  expect(comparison.intersects, JSON.stringify({ ...comparison, run: comparison.run.id })).toBe(true)
  expect(await look()).toEqual(before)
})
