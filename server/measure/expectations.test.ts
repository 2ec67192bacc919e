import { describe, expect, it } from 'vitest'
import type { JudgedRun } from '../domain/expectations'
import type { Measurement, Report } from '../domain/run'
import { type ExpectationSource, expectationOf, expectedText } from './expectations'

const failover: ExpectationSource = {
  ...{ id: 'failover', title: 'Failover', unit: 'ms', expected: { min: null, max: 5000 }, case: 'TC-3', params: {} },
  ...{ source: { measurement: 'failoverTime' }, note: null },
}
const wan: ExpectationSource = {
  ...{ id: 'wan', title: 'WAN', unit: 'bit/s', expected: { min: 6e9, max: 8e9 }, case: 'TC-8' },
  ...{ params: { direction: 'upload' }, source: { criterion: 'throughput' }, note: null },
}

const time = (ms: number, minusMs = 16, plusMs = 1): Measurement => ({
  ...{ id: 'failoverTime', title: 'Failover Time', ms, plusMs, minusMs, method: 'TBLM', source: 'internet' },
})

let made = 0
function ran({ report = {}, params = {}, switches = [] }: { report?: object; params?: object; switches?: string[] }) {
  const id = `r${++made}`
  const empty = { verdict: 'pass', headline: null, criteria: [], measurements: [], probes: [], t0: null, notes: [] }
  const run = {
    ...{
      id,
      lab: 'lab',
      labTitle: 'Lab',
      case: 'TC-3',
      caseTitle: 'x',
      params: { ...params },
      phase: 'ended' as const,
    },
    ...{ ending: 'completed' as const, verdict: 'pass' as const, dirty: false, createdAt: made, startedAt: made + 1 },
    ...{ endedAt: made + 9, failoverTime: null, limitMs: null, softwareVersion: null, behind: null, message: null },
  }
  const judged: JudgedRun = { run, report: { ...empty, ...report } as Report, switches }
  return judged
}
const timed = (ms: number, params = {}, switches: string[] = []) =>
  ran({ report: { headline: time(ms) }, params, switches })
const carried = (value: number, direction = 'upload', unit = 'bit/s') => {
  const measured = { value, unit, text: `${value / 1e9} Gbit/s` }
  return ran({ report: { criteria: [{ id: 'throughput', measured }] }, params: { direction } })
}

describe('expectationOf', () => {
  it('takes the latest run that measured it, with its error, and the spread of those like it', () => {
    const runs = [ran({}), timed(3000), timed(2600), timed(3400), timed(60, { mode: 'clean-stop' })]
    expect(expectationOf(failover, true, runs)).toMatchObject({
      expected: { min: null, max: 5000, text: '< 5 s' },
      latest: {
        run: runs[1]?.run.id,
        value: 3000,
        plus: 1,
        minus: 16,
        text: '3.000 s (+0.001 / −0.016)',
        verdict: 'pass',
      },
      spread: { count: 3, min: 2600, median: 3000, max: 3400 },
    })
  })

  it('leaves out a run with a parameter that makes it measure something else', () => {
    const [full, held] = [carried(7e9), carried(2e9)]
    held.run.params.streamMbitPerS = 500
    expect(expectationOf({ ...wan, without: ['streamMbitPerS'] }, true, [held, full]).latest?.run).toBe(full.run.id)
  })

  it('says that nothing was measured', () => {
    for (const runs of [[], [ran({})], [timed(3000, {}, ['no-takeover'])]])
      expect(expectationOf(failover, true, runs)).toMatchObject({ latest: null, spread: null })
    expect(expectationOf(wan, false, [])).toMatchObject({ latest: null, case: { id: 'TC-8', isThere: false } })
  })

  it('holds the whole interval against the limit', () => {
    const verdictOf = (ms: number, minusMs: number, plusMs: number) =>
      expectationOf(failover, true, [ran({ report: { measurements: [time(ms, minusMs, plusMs)] } })]).latest?.verdict
    expect(verdictOf(4990, 100, 10)).toBe('pass')
    expect(verdictOf(4990, 100, 11)).toBe('inconclusive')
    expect(verdictOf(5100, 100, 10)).toBe('inconclusive')
    expect(verdictOf(5101, 100, 10)).toBe('fail')
  })

  it('takes throughput of the right direction; less than expected fails, more does not', () => {
    const runs = [carried(5e9, 'download'), carried(7e9), carried(6.5e9), carried(9.5e9)]
    const row = expectationOf(wan, true, runs)
    expect(row).toMatchObject({ latest: { value: 7e9, text: '7 Gbit/s', plus: null, verdict: 'pass' } })
    expect(row.spread).toEqual({ count: 3, min: 6.5e9, median: 7e9, max: 9.5e9 })
    expect(expectationOf(wan, true, [carried(9.5e9)]).latest?.verdict).toBe('pass')
    expect(expectationOf(wan, true, [carried(5.9e9)]).latest?.verdict).toBe('fail')
    expect(expectationOf(wan, true, [carried(7e9, 'upload', 'Mbit/s')]).latest).toBeNull()
  })

  it('proves nothing where the lab cannot stand for hardware, and says why', () => {
    const note = 'veth links'
    for (const value of [1e9, 7e9, 20e9])
      expect(expectationOf({ ...wan, note }, true, [carried(value)])).toMatchObject({
        ...{ note, latest: { verdict: 'inconclusive' } },
      })
  })
})

it.each([
  [wan.unit, { min: 6e9, max: 8e9 }, '6–8 Gbit/s'],
  [wan.unit, { min: 5e8, max: 1.5e9 }, '500 Mbit/s–1.5 Gbit/s'],
  [wan.unit, { min: 1e9, max: null }, '≥ 1 Gbit/s'],
  [failover.unit, { min: null, max: 2000 }, '< 2 s'],
] as const)('expected: %s %j is "%s"', (unit, expected, text) => {
  expect(expectedText(unit, expected)).toBe(text)
})
