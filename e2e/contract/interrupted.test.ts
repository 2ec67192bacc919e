import { describe, expect, test } from 'vitest'
import { labAndApp } from './fixture'
import { cancelIn, killIn } from './interrupt'
import { look } from './lab-eyes'

const lab = labAndApp()

// Every case in every step, several times: `npm run prove -- interruptions`.
describe('a run that does not end by itself', () => {
  test.each([
    ['TC-3', 'wait'],
    ['TC-9', 'request'],
    ['TC-7', 'settle'],
  ])('%s cancelled in "%s" restores the lab', async (caseId, step) => {
    const before = await look(lab.world)
    const run = await cancelIn(lab.app, lab.world, caseId, step)
    expect(run.ending).toBe('cancelled')
    expect(run.verdict).not.toBe('pass')
    expect(await look(lab.world)).toEqual(before)
  })

  test.each([
    ['TC-3', 'fault'],
    ['TC-5', 'refuse'],
    ['TC-10', 'watch'],
  ])('%s killed with the app in "%s" is recovered after a restart', async (caseId, step) => {
    const before = await look(lab.world)
    const run = await killIn(lab.app, lab.world, caseId, step)
    expect(run.ending).toBe('interrupted')
    expect(await look(lab.world)).toEqual(before)
  })
})
