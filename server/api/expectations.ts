import type { ExpectationsView } from '../domain/expectations'
import { type AnyLab, hasCluster, hasWan, type Lab, type WanLab } from '../domain/lab'
import { LONGEST_GAP } from '../domain/run'
import { type ExpectationSource, expectationOf } from '../measure/expectations'
import type { Services } from './services'

/** So many of the newest completed runs of a case are looked at. */
export const RUNS_READ = 100

const within = (max: number) => ({ min: null, max })

/** A load that was held back measures no throughput. */
const PACED = ['streamMbitPerS']

/** The plan's table: what is expected of a lab, and where its runs measure it. A new row is one entry here. */
export const expectationSources = ({ expectations, performance }: Lab): ExpectationSource[] => [
  {
    ...{ id: 'wan-throughput', title: 'WAN throughput (per VF)', unit: 'bit/s', expected: performance.wanBitPerS },
    ...{ case: 'TC-8', params: { direction: 'upload' }, without: PACED, source: { criterion: 'throughput' } },
    note: performance.note ?? null,
  },
  {
    ...{ id: 'lan-throughput', title: 'LAN throughput', unit: 'bit/s', expected: performance.lanBitPerS },
    ...{ case: 'TC-8', params: { direction: 'download' }, without: PACED, source: { criterion: 'throughput' } },
    note: performance.note ?? null,
  },
  {
    ...{ id: 'failover', title: 'Failover', unit: 'ms', expected: within(expectations.failoverTimeMs) },
    ...{ case: 'TC-3', params: {}, source: { measurement: 'failoverTime' }, note: null },
  },
  {
    ...{ id: 'session-sync', title: 'Session sync', unit: 'ms', expected: within(expectations.sessionSyncMs) },
    ...{ case: 'TC-6', params: {}, source: { measurement: 'sessionSyncLatency' }, note: null },
  },
  {
    ...{ id: 'config-sync', title: 'Config sync', unit: 'ms', expected: within(expectations.configSyncMs) },
    ...{ case: 'TC-5', params: {}, source: { measurement: 'configSyncLatency' }, note: null },
  },
]

const WAN_CASES = ['WAN-1', 'WAN-2', 'WAN-3', 'WAN-4', 'WAN-5']

/** The same of a WAN's links. */
export const wanExpectationSources = ({ expectations }: Pick<WanLab, 'expectations'>): ExpectationSource[] => [
  ...WAN_CASES.map((id): ExpectationSource => {
    const expected = { unit: 'ms', expected: within(expectations.linkGapMs), note: null } as const
    return {
      ...{ id: `gap-${id}`, title: `Longest gap, ${id}`, ...expected },
      ...{ case: id, params: {}, source: { measurement: LONGEST_GAP } },
    }
  }),
  {
    ...{ id: 'link-left', title: 'Traffic leaves a degraded link', unit: 'ms' },
    ...{ expected: within(expectations.linkLeftMs), case: 'WAN-2', params: {} },
    ...{ source: { measurement: 'linkLeft' }, note: null },
  },
  {
    ...{ id: 'link-back', title: 'Reversion Time', unit: 'ms', expected: within(expectations.linkBackMs) },
    ...{ case: 'WAN-2', params: {}, source: { measurement: 'reversionTime' }, note: null },
  },
]

/** Expected and measured of a lab, from its history. */
export async function readExpectations({ cases, runs }: Services, lab: AnyLab): Promise<ExpectationsView> {
  const sources = [
    ...(hasCluster(lab) ? expectationSources(lab) : []),
    ...(hasWan(lab) ? wanExpectationSources(lab) : []),
  ]
  const known = new Set(cases.views(lab).map(({ id }) => id))
  const ids = [...new Set(sources.map((source) => source.case))].filter((id) => known.has(id))
  const judged = new Map(
    await Promise.all(ids.map(async (id) => [id, await runs.judged(lab.id, id, RUNS_READ)] as const)),
  )
  const rows = sources.map((source) => expectationOf(source, known.has(source.case), judged.get(source.case) ?? []))
  return { lab: lab.id, rows, runsRead: RUNS_READ }
}
