import { expect, test } from 'vitest'
import { labAndApp } from './fixture'
import { look } from './lab-eyes'
import { plannedFor } from './planned'

const lab = labAndApp()

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
  const planned = await plannedFor(lab.app, lab.world.id, caseId, params)
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
  expect(planned.strangers(run)).toEqual([])
  expect(await look(lab.world)).toEqual(before)
})
