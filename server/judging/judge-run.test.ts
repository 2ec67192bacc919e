import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findCase } from '../cases'
import type { SampleRow } from '../domain/sample'
import { createRunLog } from '../events/run-log'
import { testDatabase, testRun } from '../store/test-database'
import { judgeRun } from './judge-run'

const START_MS = 1_763_629_343_000

/** 20 s of probes, half a second lost after 10 s. */
const rows = Array.from({ length: 4000 }, (_, n): SampleRow => {
  const atMs = START_MS + n * 5
  return n >= 2000 && n < 2100 ? [1, atMs + 5, n, null, null, null] : [0, atMs + 0.4, n, 0.4, 64, 64]
})

describe('judgeRun', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  beforeEach(async () => {
    db = await testDatabase()
    const log = createRunLog(db.database)
    await log.runs.create(testRun('a'))
    await log.sink.append('a', {
      kind: 'context',
      context: {
        softwareVersions: {},
        toolVersions: {},
        clocks: { fw0: { offsetMs: 0, errorMs: 0.1 }, lan: { offsetMs: 0, errorMs: 0.1 } },
        macs: {},
        switches: [],
      },
    })
    await log.sink.append('a', {
      kind: 'fault-injected',
      event: 'failover',
      title: 'kill',
      mode: 'kill',
      place: { instance: 'fw0' },
      commandId: 'c1',
      t0: { fromMs: START_MS + 9990, toMs: START_MS + 9995 },
      clock: 'fw0',
      exitCode: 0,
    })
    log.samples.push('a', 'probe:internet', rows)
    await log.samples.close('a')
  })
  afterEach(() => db.drop())

  it('gives the same report in a process of its own as in the app', { timeout: 60_000 }, async () => {
    const definition = findCase('TC-3')
    if (!definition) throw new Error('there is no TC-3')
    const url = `file:${db.file}`
    const here = await judgeRun(db.database, url)('a', definition, 'completed')
    expect(here.probes[0]?.outages).toHaveLength(1)
    const apart = await judgeRun(db.database, url, { inlineRows: 1000 })('a', definition, 'completed')
    expect(apart).toEqual(JSON.parse(JSON.stringify(here)))
  })

  it('says so when it cannot', { timeout: 60_000 }, async () => {
    const definition = findCase('TC-3')
    if (!definition) throw new Error('there is no TC-3')
    const gone = judgeRun(db.database, 'file:/nowhere/x.db', { inlineRows: 1000 })('a', definition, 'completed')
    await expect(gone).rejects.toThrow(/could not be judged/)
  })
})
