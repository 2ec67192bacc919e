import { expect } from 'vitest'
import { leavingAsBefore } from '../as-before'
import type { App } from '../harness'
import { vectorOf } from './table'
import { deviations, runWith } from './verdicts'
import { wanVectorOf } from './wan'

/** By case, beside those of the vectors. */
type Params = Record<string, Record<string, unknown>>

/** The labs that have vectors, and how one is looked at past the product. */
export type Subject = {
  app: App
  lab: string
  where: 'embedded' | 'reference'
  look: () => Promise<unknown>
  params?: Params
}

/** What is not back by then has failed every limit: a minute each would be spent on waiting. */
export const SETTLE_MS = 20_000

/** One run with a switch on says what was reviewed, and the lab is as before once the switch is off. */
export async function expectVector(
  { app, lab, where, look, params }: Subject,
  name: string,
  caseId: string,
): Promise<void> {
  const vector = wanVectorOf(name, caseId, where) ?? vectorOf(name, caseId, where)
  if (!vector) throw new Error(`${name} ${caseId} is not in the table`)
  await leavingAsBefore(lab, look, async () => {
    const run = await runWith(app, lab, name, caseId, { ...vector.params, ...params?.[caseId] })
    const text = JSON.stringify(run.criteria.map(({ id, verdict, reason }) => [id, verdict, reason]))
    console.log(`${name} ${caseId}: ${run.ending} ${run.verdict} ${run.message ?? ''} ${text}`)
    // A lab in quarantine would fail every later row for the one.
    if (run.dirty) await app.post('/api/trpc/labs.markClean', { lab, note: `vectors: ${name} ${caseId}` })
    expect(deviations(run, vector, name), vector.why).toEqual([])
  })
}
