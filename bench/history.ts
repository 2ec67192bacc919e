import path from 'node:path'
import { App, scratch } from '../e2e/harness'
import { createRunLog } from '../server/events/run-log'
import { migrateDatabase, openDatabase } from '../server/store/client'
import { packJson } from '../server/store/documents'
import { testLab } from '../server/store/test-database'
import { type Figure, medianOf, quantile } from './figures'

const RUNS = 10_000
const ROUNDS = 3
const QUERIES = 60
const LABS = 4
const BATCH = 500
const CASES = [
  ['TC-1', 'Cluster formation'],
  ['TC-3', 'Failover — primary failure'],
] as const

/** 10,000 ended runs of four labs, one every ten minutes. */
async function writeRuns(url: string): Promise<void> {
  await migrateDatabase(url)
  const database = await openDatabase(url)
  const lab = await packJson(testLab())
  const nowMs = Date.now()
  const row = (i: number) => {
    const [caseId, caseTitle] = CASES[i % 4 === 0 ? 0 : 1]
    const createdAtMs = nowMs - (RUNS - i) * 600_000
    const failed = i % 17 === 0
    const measured = caseId === 'TC-3'
    return {
      id: `run${i}`,
      labId: `lab-${i % LABS}`,
      labTitle: `Lab ${i % LABS}`,
      caseId,
      caseTitle,
      phase: 'ended',
      ending: 'completed',
      verdict: failed ? 'fail' : i % 29 === 0 ? 'inconclusive' : 'pass',
      createdAtMs,
      startedAtMs: createdAtMs + 50,
      endedAtMs: createdAtMs + 31_000,
      failoverTimeMs: measured ? 900 + ((i * 7919) % 2600) + (failed ? 4000 : 0) : null,
      failoverPlusMs: measured ? 1.2 : null,
      failoverMinusMs: measured ? 16.4 : null,
      failoverMethod: measured ? 'TBLM' : null,
      failoverSource: measured ? 'Internet' : null,
      failoverId: measured ? 'failoverTime' : null,
      failoverTitle: measured ? 'Failover Time' : null,
      limitMs: measured ? 5000 : null,
      softwareVersion: `v0.4.${i % 6}`,
      params: { mode: 'kill-9', waitS: 30 },
      lab,
    }
  }
  for (let first = 0; first < RUNS; first += BATCH) {
    const data = Array.from({ length: BATCH }, (_, i) => row(first + i))
    await database.run((prisma) => prisma.run.createMany({ data }))
  }
  if ((await createRunLog(database).history.list({}, { limit: 1, cursor: null })).runs.length !== 1)
    throw new Error('the history is empty')
  await database.close()
}

type Page = { runs: { id: string }[]; nextCursor: string | null }

/** What the History page asks for: the first page of everything, later pages, and filtered ones. */
export async function measureHistory(say: (text: string) => void): Promise<Figure[]> {
  const dir = scratch()
  await writeRuns(`file:${path.join(dir, 'app.db')}`)
  const app = await App.start(['e2e/labs/unreachable.yaml'], dir)
  const ask = async (input: object) => {
    const fromMs = performance.now()
    const { runs, nextCursor } = await app.query<Page>('runs.list', input)
    if (runs.length === 0) throw new Error(`no run for ${JSON.stringify(input)}`)
    return { ms: performance.now() - fromMs, nextCursor }
  }
  const filters = [
    {},
    { cases: ['TC-3'] },
    { labs: ['lab-1'], verdicts: ['fail'] },
    { softwareVersions: ['v0.4.2'], fromMs: Date.now() - 30 * 86_400_000 },
  ]
  for (const filter of filters) await ask(filter)
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const times: number[] = []
    let cursor: string | null = null
    for (let i = 0; i < QUERIES; i++) {
      // Every second question turns a page of the whole history.
      const paging: boolean = i % 2 === 0
      const { ms, nextCursor } = await ask(paging ? { cursor } : (filters[(i >> 1) % filters.length] ?? {}))
      if (paging) cursor = nextCursor
      times.push(ms)
    }
    rounds.push(quantile(times, 0.95))
    say(`history ${round + 1} of ${ROUNDS}: ${rounds.at(-1)} ms`)
  }
  await app.stop()
  return [medianOf('historyP95Ms', `a page of the history of ${RUNS} runs over HTTP, p95`, 'ms', 50, rounds)]
}
