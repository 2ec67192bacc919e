import { expect } from 'vitest'
import { answered } from '../undisturbed'
import type { labAndApp } from './fixture'
import { look } from './lab-eyes'
import { plannedFor } from './planned'

/** An undisturbed run on the embedded cluster passes, does what its plan says and nothing else, and leaves the lab as it was. */
export async function expectPass(lab: ReturnType<typeof labAndApp>, caseId: string, params: Record<string, unknown>) {
  const before = await look(lab.world)
  const planned = await plannedFor(lab.app, lab.world.id, caseId, params)
  const run = await answered(lab.app, lab.world.id, caseId, params)
  expect({
    ending: run.ending,
    verdict: run.verdict,
    criteria: run.criteria.filter((c) => c.verdict !== 'pass'),
  }).toEqual({
    ending: 'completed',
    verdict: 'pass',
    criteria: [],
  })
  expect(planned.strangers(run)).toEqual([])
  expect(await look(lab.world)).toEqual(before)
}
