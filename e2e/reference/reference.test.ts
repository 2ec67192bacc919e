import { afterAll, beforeAll, expect, test } from 'vitest'
import { leavingAsBefore } from '../as-before'
import { App } from '../harness'
import { undisturbed, whyInconclusive } from '../undisturbed'
import { compareUndisturbed, REFERENCE } from './accuracy'
import { look } from './lab-eyes'

let app: App

beforeAll(async () => {
  app = await App.start([REFERENCE.file])
})

afterAll(() => app?.stop())

/** At once, that is: a completed run has put the lab back. */
const leavingTheLab = (work: () => Promise<void>) => leavingAsBefore(REFERENCE.id, look, work, 0)

test.each([
  ['TC-1', {}],
  ['TC-2', { durationS: 5 }],
  ['TC-4', {}],
  ['TC-5', {}],
  ['TC-6', {}],
  // At full speed it takes both cores from the other lane; that is proven alone.
  ['TC-8', { streamMbitPerS: 500 }],
  ['TC-9', {}],
  ['TC-7', {}],
  // With the bridge cut instead: a row of the vectors.
  ['TC-10', { how: 'remove-device' }],
])('%s passes on the real cluster and leaves it as it was', (caseId, params) =>
  leavingTheLab(async () => {
    const once = async () => app.ended((await app.start(REFERENCE.id, caseId, params)).id)
    const run = await undisturbed(once, whyInconclusive)
    expect(run.criteria.filter((c) => c.verdict !== 'pass')).toEqual([])
    expect(run.verdict).toBe('pass')
  }),
)

test('TC-3: the independent stream agrees, and the lab is as before', () =>
  leavingTheLab(async () => {
    const comparison = await compareUndisturbed(app, {})
    const { ending, verdict, criteria } = comparison.run
    expect(ending).toBe('completed')
    expect(verdict, JSON.stringify(criteria.filter((c) => c.verdict !== 'pass'))).toBe('pass')
    expect(comparison.intersects, JSON.stringify({ ...comparison, run: comparison.run.id })).toBe(true)
  }))
