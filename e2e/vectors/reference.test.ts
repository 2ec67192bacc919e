import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHARED_SWITCHES, SWITCHES } from '@/labs/embedded/world/options'
import { App } from '../harness'
import { labCopy } from '../lab-copy'
import { REFERENCE } from '../reference/accuracy'
import { look } from '../reference/lab-eyes'
import { expectVector, SETTLE_MS } from './suite'
import { PARAMS, TABLE, vectorOf } from './table'

const rows = SHARED_SWITCHES.flatMap((name) => Object.keys(PARAMS).map((caseId) => [name, caseId] as const))

/** Verdicts need no long look at a lab at rest: minutes over all rows. */
const BASELINE_MS = 2000

/** At full speed the load takes both cores, on which the other lane's labs run: neither was then what it is alone. */
const REFERENCE_PARAMS = { 'TC-8': { streamMbitPerS: 500 } }

let app: App

beforeAll(async () => {
  const copy = labCopy(REFERENCE.file, ['expectations', 'baselineMs'], BASELINE_MS)
  app = await App.start([labCopy(copy, ['expectations', 'settleMs'], SETTLE_MS)])
})

afterAll(() => app?.stop())

test('every switch that both labs have is in the table, for every case', async () => {
  const switches = await app.get<{ id: string }[]>(`/api/v1/labs/${REFERENCE.id}/switches`)
  const shared = switches.map(({ id }) => id).filter((id) => (SWITCHES as readonly string[]).includes(id))
  expect(shared.sort()).toEqual([...SHARED_SWITCHES].sort())
  for (const [name, caseId] of rows) expect(vectorOf(name, caseId, 'reference'), `${name} ${caseId}`).not.toBeNull()
  expect(Object.keys(TABLE)).toEqual(expect.arrayContaining([...SHARED_SWITCHES]))
})

test.each(rows)('%s, %s', (name, caseId) =>
  expectVector({ app, lab: REFERENCE.id, where: 'reference', look, params: REFERENCE_PARAMS }, name, caseId),
)
