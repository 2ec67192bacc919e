import { expect, it } from 'vitest'
import { testLab } from '../../drivers/test-lab'
import type { Analysis, Takeover } from '../../measure/analysis'
import { evidenceAgrees } from './agreement'

const RETH = {
  name: 'reth0',
  redundancyGroup: 1,
  zone: 'wan',
  vip: '172.16.50.6/24',
  members: ['ge-0/0/1', 'ge-7/0/1'],
}

const changed = (redundancyGroup: number, fromMs: number): Takeover => ({
  redundancyGroup,
  interval: { fromMs, toMs: fromMs + 100 },
  detection: null,
})

/** An outage from 1,000 to 3,000 ms on the app's own clock, and when each group changed. */
function analysisOf(takeovers: Takeover[]): Analysis {
  const lab = testLab({ cluster: { ...testLab().cluster, reths: [RETH] } } as Parameters<typeof testLab>[0])
  const target = { ...lab.targets[0], crossesCluster: true }
  const finding = { outage: { lastGoodMs: 1000 }, recoveredMs: 3000, beyondBaseline: true }
  const clock = { offsetMs: 0, errorMs: 0 }
  return {
    evidence: { lab, params: {}, events: [], streams: new Map() },
    context: { clocks: { lan: clock } },
    fault: {},
    takeovers,
    captures: [],
    probes: [{ target, failover: { finding } }],
  } as unknown as Analysis
}

const verdict = (...takeovers: Takeover[]) => evidenceAgrees.judge(analysisOf(takeovers)).verdict

it('asks the groups that carry traffic: RG0 may change after the traffic is back', () => {
  expect(verdict(changed(0, 3500), changed(1, 2500))).toBe('pass')
  expect(verdict(changed(0, 2500), changed(1, 3500))).toBe('inconclusive')
  expect(verdict(changed(0, 2500))).toBe('inconclusive')
})
