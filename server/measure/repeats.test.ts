import { describe, expect, it } from 'vitest'
import { emptyDetail, type RunDetail } from '../domain/detail'
import type { Measurement, RunSummary } from '../domain/run'
import { repeatGroups } from './repeats'

const time = (ms: number, title = 'Failover Time'): Measurement => ({
  id: 'failoverTime',
  title,
  ms,
  plusMs: 1,
  minusMs: 5,
  method: 'TBLM',
  source: 'Internet',
})

const run = (id: string, failoverTime: Measurement | null, mode: string | null, change: Partial<RunSummary> = {}) => {
  const summary = { id, case: 'TC-3', caseTitle: 'Failover', labTitle: 'Box', limitMs: 5000, softwareVersion: '1' }
  const faults = mode === null ? [] : [{ mode } as RunDetail['faults'][number]]
  return { ...emptyDetail({ ...summary, ...change, failoverTime } as RunSummary), faults }
}

describe('repeats', () => {
  it('are runs of one case with the same mode and the same time', () => {
    const groups = repeatGroups([
      run('a', time(3000), 'kill -9'),
      run('b', time(2000), 'clean stop'),
      run('c', time(4000), 'kill -9', { softwareVersion: '2', limitMs: 6000 }),
      run('d', null, 'kill -9'),
      run('e', time(900), 'kill -9', { case: 'TC-4' }),
      run('f', time(700, 'Reversion Time'), 'kill -9'),
    ])
    expect(groups.map(({ case: id, mode, title, runIds }) => [id, mode, title, runIds])).toEqual([
      ['TC-3', 'kill -9', 'Failover Time', ['a', 'c']],
      ['TC-3', 'clean stop', 'Failover Time', ['b']],
      ['TC-4', 'kill -9', 'Failover Time', ['e']],
      ['TC-3', 'kill -9', 'Reversion Time', ['f']],
    ])
    expect(groups[0]).toMatchObject({ limitsMs: [5000, 6000], softwareVersions: ['1', '2'], labs: ['Box'] })
    expect(groups[0]?.statistics).toEqual({
      count: 2,
      min: 3000,
      p1: 3010,
      median: 3500,
      mean: 3500,
      p99: 3990,
      max: 4000,
    })
  })

  it('are none without a time', () => {
    expect(repeatGroups([run('a', null, null)])).toEqual([])
  })
})
