import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { type App, until } from '../harness'
import { vectorOf } from './table'
import { deviations, runWith } from './verdicts'
import { wanVectorOf } from './wan'

/** The labs that have vectors, and how one is looked at past the product. */
export type Subject = { app: App; lab: string; where: 'embedded' | 'reference'; look: () => Promise<unknown> }

/** One run with a switch on says what was reviewed, and the lab is as before once the switch is off. */
export async function expectVector({ app, lab, where, look }: Subject, name: string, caseId: string): Promise<void> {
  const vector = wanVectorOf(name, caseId) ?? vectorOf(name, caseId, where)
  if (!vector) throw new Error(`${name} ${caseId} is not in the table`)
  const before = await look()
  const run = await runWith(app, lab, name, caseId, vector.params)
  const text = JSON.stringify(run.criteria.map(({ id, verdict, reason }) => [id, verdict, reason]))
  console.log(`${name} ${caseId}: ${run.ending} ${run.verdict} ${run.message ?? ''} ${text}`)
  expect(deviations(run, vector, name), vector.why).toEqual([])
  await until('the lab is as before', async () => isDeepStrictEqual(await look(), before), 15_000).catch(() => {})
  expect(await look()).toEqual(before)
}
