import { afterEach, beforeEach, expect, it } from 'vitest'
import { casesFor } from '../cases'
import { WanLabSchema } from '../domain/lab'
import type { Ending, Report } from '../domain/run'
import { exampleWanLab } from '../drivers/pve/test-wan'
import { expectationOf } from '../measure/expectations'
import { testLab, testRun } from '../store/test-database'
import { createContext } from './context'
import { wanExpectationSources } from './expectations'
import { createCaller } from './root'
import { testServices } from './test-services'

let setup: Awaited<ReturnType<typeof testServices>>

beforeEach(async () => {
  setup = await testServices()
})
afterEach(() => setup.drop())

const reportOf = (ms: number): Report => ({
  ...{ verdict: 'pass', criteria: [], measurements: [], probes: [], t0: null, notes: [] },
  headline: {
    ...{ id: 'failoverTime', title: 'Failover Time', ms, plusMs: 1, minusMs: 16 },
    ...{ method: 'TBLM', source: 'internet' },
  },
})

type How = { lab?: string; ending?: Ending; switches?: string[]; caseId?: string }

async function ran(id: string, ms: number, { lab = 'box', ending = 'completed', switches = [], caseId = 'TC-3' }: How) {
  const { runs } = setup.log
  await runs.create({ ...testRun(id, testLab(lab)), caseId })
  const context = { softwareVersions: {}, toolVersions: {}, clocks: {}, macs: {}, switches }
  await runs.patch(id, { phase: 'ended', ending, verdict: 'pass', startedAt: 1000, report: reportOf(ms), context })
}

const failoverRow = async () => {
  const { rows } = await createCaller(createContext(setup.services)).labs.expectations({ lab: 'box' })
  return rows.find(({ id }) => id === 'failover')
}

it('is empty without runs', async () => {
  expect(await failoverRow()).toMatchObject({ latest: null, spread: null, case: { id: 'TC-3', isThere: true } })
})

it('reads completed runs of that case in that lab, without switches, newest first', async () => {
  await ran('r1', 3000, {})
  await ran('r2', 3400, {})
  await ran('r3', 100, { lab: 'other' })
  await ran('r4', 200, { ending: 'cancelled' })
  await ran('r5', 300, { switches: ['no-takeover'] })
  await ran('r6', 400, { caseId: 'TC-4' })
  expect(await failoverRow()).toMatchObject({
    latest: { run: 'r2', value: 3400, text: '3.400 s (+0.001 / −0.016)', atMs: 1000, verdict: 'pass' },
    spread: { count: 2, min: 3000, median: 3200, max: 3400 },
  })
})

it('reads no more than so many', async () => {
  for (let i = 1; i <= 5; i++) await ran(`r${i}`, i * 1000, {})
  const judged = await setup.services.runs.judged('box', 'TC-3', 3)
  expect(judged.map(({ run }) => run.id)).toEqual(['r5', 'r4', 'r3'])
})

it('of a WAN are a gap for each of its cases, and the times in which traffic leaves a link and is back on it', () => {
  const { expectations, ...lab } = WanLabSchema.parse(exampleWanLab())
  const rows = wanExpectationSources({ expectations: { ...expectations, linkGapMs: 700 } }).map((source) =>
    expectationOf(
      source,
      casesFor({ ...lab, expectations }).some(({ id }) => id === source.case),
      [],
    ),
  )
  expect(rows.map(({ id, case: { isThere } }) => [id, isThere])).toEqual(
    ['gap-WAN-1', 'gap-WAN-2', 'gap-WAN-3', 'gap-WAN-4', 'gap-WAN-5', 'link-left', 'link-back'].map((id) => [id, true]),
  )
  expect(rows.map(({ expected: { text } }) => text)).toEqual([...Array(5).fill('< 700 ms'), '< 30 s', '< 60 s'])
})
